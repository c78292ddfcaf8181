//! Whose turn it is: so many requests to one host at once, a pause between them, waits
//! that were asked for. Times are in milliseconds.

use std::collections::{BTreeMap, VecDeque};

/// Limits for each host.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most requests at once.
    pub at_once: usize,
    /// The least time between the beginnings of two.
    pub pause: i64,
}

/// Jobs that wait, by host.
#[derive(Debug)]
pub struct Queue {
    limits: Limits,
    hosts: BTreeMap<String, Host>,
    n_left: usize,
}

#[derive(Debug, Default)]
struct Host {
    /// Jobs, and when each may begin.
    waiting: VecDeque<(usize, i64)>,
    n_active: usize,
    /// When the next request may begin.
    free: i64,
}

/// What a worker is to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    /// This job, at this host.
    Job(usize, String),
    /// To ask again at this time, or when another job is put back.
    Wait(Option<i64>),
    /// Nothing: all jobs are done.
    Over,
}

impl Queue {
    /// The jobs `0..hosts.len()`, each at its host.
    pub fn new(hosts: impl IntoIterator<Item = String>, limits: Limits) -> Queue {
        let mut queue = Queue { limits, hosts: BTreeMap::new(), n_left: 0 };
        for (job, host) in hosts.into_iter().enumerate() {
            queue.hosts.entry(host).or_default().waiting.push_back((job, 0));
            queue.n_left += 1;
        }
        queue
    }

    /// The number of jobs that are not done.
    pub fn n_left(&self) -> usize {
        self.n_left
    }

    /// Whose turn it is now.
    pub fn turn(&mut self, now: i64) -> Turn {
        if self.n_left == 0 {
            return Turn::Over;
        }
        let mut next: Option<i64> = None;
        for (name, host) in &mut self.hosts {
            if self.limits.at_once <= host.n_active {
                continue;
            }
            let Some(earliest) = host.waiting.iter().map(|it| it.1).min() else {
                continue;
            };
            let begin = earliest.max(host.free);
            if now < begin {
                next = Some(next.map_or(begin, |it| it.min(begin)));
                continue;
            }
            let idx = host.waiting.iter().position(|it| it.1 <= now).unwrap_or(0);
            if let Some((job, _)) = host.waiting.remove(idx) {
                host.n_active += 1;
                host.free = now + self.limits.pause;
                return Turn::Job(job, name.clone());
            }
        }
        Turn::Wait(next)
    }

    /// A job's request to a host is over; it goes on at `host` from `time` on.
    pub fn again(&mut self, job: usize, at: &str, host: String, time: i64) {
        self.leave(at);
        self.hosts.entry(host).or_default().waiting.push_back((job, time));
    }

    /// A job is done.
    pub fn done(&mut self, at: &str) {
        self.leave(at);
        self.n_left = self.n_left.saturating_sub(1);
    }

    /// Nothing begins at a host before a time.
    pub fn rest(&mut self, host: &str, time: i64) {
        if let Some(it) = self.hosts.get_mut(host) {
            it.free = it.free.max(time);
        }
    }

    fn leave(&mut self, host: &str) {
        if let Some(it) = self.hosts.get_mut(host) {
            it.n_active = it.n_active.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_asked_with_pauses_and_not_too_often_at_once() {
        let hosts = ["a", "a", "a", "b"].map(str::to_owned);
        let mut queue = Queue::new(hosts, Limits { at_once: 2, pause: 10 });
        let job = |job: usize, host: &str| Turn::Job(job, host.to_owned());
        assert_eq!(queue.turn(0), job(0, "a"));
        assert_eq!(queue.turn(0), job(3, "b"));
        assert_eq!(queue.turn(0), Turn::Wait(Some(10)));
        assert_eq!(queue.turn(10), job(1, "a"));
        assert_eq!(queue.turn(20), Turn::Wait(None));
        queue.again(0, "a", "b".to_owned(), 50);
        assert_eq!(queue.turn(20), job(2, "a"));
        queue.rest("b", 70);
        assert_eq!(queue.turn(60), Turn::Wait(Some(70)));
        queue.done("b");
        assert_eq!(queue.turn(70), job(0, "b"));
        queue.done("b");
        queue.done("a");
        assert_eq!(queue.n_left(), 1);
        queue.done("a");
        assert_eq!(queue.turn(70), Turn::Over);
    }
}
