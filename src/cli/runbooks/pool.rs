//! Workers that look at links at the same time, until all are done or time is up.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::cli::clock::clock;
use crate::links::collect::Wanted;
use crate::links::queue::{Limits, Queue, Turn};
use crate::links::walk::{
    Fault, Next, Outcome, Policy, Request, Response, Verdict, Walk,
};

/// How many, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    /// The most requests at once.
    pub(super) n_workers: usize,
    /// For each host.
    pub(super) limits: Limits,
    /// How patient they are with each link.
    pub(super) policy: Policy,
    /// The longest time for all, in milliseconds.
    pub(super) total: i64,
}

struct State {
    queue: Queue,
    outcomes: Vec<Option<Outcome>>,
}

/// The outcome for each link, in their order. `progress` is called with the number of
/// those that are done.
pub(super) fn run(
    wanted: &[&Wanted],
    plan: &Plan,
    send: impl Fn(&Request) -> Result<Response, Fault> + Sync,
    progress: impl Fn(usize) + Sync,
) -> Vec<Outcome> {
    let walks: Vec<Mutex<Walk>> = wanted
        .iter()
        .map(|it| Mutex::new(Walk::new(it.address.clone(), it.fragments())))
        .collect();
    let hosts = wanted.iter().map(|it| it.address.authority());
    let queue = Queue::new(hosts, plan.limits);
    let state = Mutex::new(State { queue, outcomes: vec![None; wanted.len()] });
    let bell = Condvar::new();
    let begin = now();
    let work = || {
        let mut held = lock(&state);
        loop {
            let time = now();
            if begin + plan.total <= time {
                return;
            }
            let (job, host) = match held.queue.turn(time) {
                Turn::Over => return,
                Turn::Wait(until) => {
                    let until = until.unwrap_or(i64::MAX).min(begin + plan.total);
                    let wait = until.saturating_sub(time).clamp(1, 1000) as u64;
                    let waited = bell.wait_timeout(held, Duration::from_millis(wait));
                    held = waited.unwrap_or_else(PoisonError::into_inner).0;
                    continue;
                }
                Turn::Job(job, host) => (job, host),
            };
            drop(held);
            let mut walk = lock(&walks[job]);
            let answer = send(&walk.request());
            let next = walk.answer(answer, &plan.policy);
            let at = walk.request().address.authority();
            drop(walk);
            held = lock(&state);
            match next {
                Next::Done(outcome) => {
                    held.queue.done(&host);
                    held.outcomes[job] = Some(outcome);
                    progress(wanted.len() - held.queue.n_left());
                }
                Next::Ask { wait, host: whole } => {
                    let time = now().saturating_add(wait);
                    if whole {
                        held.queue.rest(&host, time);
                    }
                    held.queue.again(job, &host, at, time);
                }
            }
            bell.notify_all();
        }
    };
    thread::scope(|scope| {
        for _ in 0..plan.n_workers.min(wanted.len()) {
            scope.spawn(work);
        }
    });
    let late = |walk: &Mutex<Walk>| {
        let why = "was not looked at to the end before the time for all links was up";
        lock(walk).outcome(Verdict::Unknown(why.to_owned()))
    };
    let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    let all = state.outcomes.into_iter().zip(&walks);
    all.map(|(it, walk)| it.unwrap_or_else(|| late(walk))).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now() -> i64 {
    clock().as_millis() as i64
}
