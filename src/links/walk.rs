//! One address is looked at: a request, its answer, and what to ask next, until there is a
//! verdict. HEAD first where no anchor is wanted, then GET; redirects one by one; patience
//! with servers that are busy, but not without end.

use crate::links::address::Address;
use crate::links::anchor::Anchors;

/// How patient and how thorough a walk is. Times are in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How often a request is sent again after a failure that may pass.
    pub retries: u32,
    /// How long to wait before the first of them; each further wait is twice as long.
    pub backoff: i64,
    /// The longest wait that a server may ask for.
    pub max_wait: i64,
    /// The most redirects.
    pub redirects: usize,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked for.
    pub address: Address,
    /// Whether the page itself is wanted, not only whether it is there.
    pub get: bool,
    /// Whether its anchors are wanted.
    pub anchors: bool,
}

/// An answer.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// `Location`
    pub location: Option<String>,
    /// `Retry-After`: how long to wait.
    pub retry_after: Option<i64>,
    /// The anchors of the page, and why not all of it was searched; `None` where they were
    /// not asked for.
    pub anchors: Option<(Anchors, Option<String>)>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The host has no address.
    Name,
    /// The host takes no connection.
    Connect(String),
    /// No way leads to the host.
    Unreachable(String),
    /// The host may not be asked: what kind of address it has.
    Private(String),
    /// It took too long.
    Timeout,
    /// The certificate is not good.
    Certificate(String),
    /// The connection broke, or what came is no HTTP.
    Broken(String),
    /// It cannot be asked for.
    Request(String),
}

/// What a walk found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is there; these of the fragments are not.
    Alive(Vec<String>),
    /// It is there, but not all of it was searched: these of the fragments were not found,
    /// and why.
    Partial(Vec<String>, String),
    /// It is not there, or no browser would show it.
    Dead(String),
    /// It is there for those who log in.
    Guarded(u16),
    /// It may not be asked: at which address, and why.
    Private(String),
    /// It cannot be said.
    Unknown(String),
}

/// The end of a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What was found out.
    pub verdict: Verdict,
    /// Where the address has moved to for good.
    pub moved: Option<String>,
    /// Whether any server answered.
    pub answered: bool,
    /// Whether the network is the likely reason.
    pub offline: bool,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// The walk's request, after a wait; the whole host is to be left alone for it where
    /// it asked so itself.
    Ask {
        /// How long to wait.
        wait: i64,
        /// Whether the host asked for it.
        host: bool,
    },
    /// The end.
    Done(Outcome),
}

/// A walk.
#[derive(Clone, Debug)]
pub struct Walk {
    fragments: Vec<String>,
    at: Address,
    get: bool,
    failures: u32,
    visited: Vec<Address>,
    /// Where only permanent redirects have led, with its own fragment.
    moved: Option<(Address, Option<String>)>,
    only_permanent: bool,
    answered: bool,
}

impl Walk {
    /// The walk to an address, of which these fragments are wanted.
    pub fn new(address: Address, fragments: Vec<String>) -> Walk {
        Walk {
            get: !fragments.is_empty(),
            fragments,
            at: address,
            failures: 0,
            visited: Vec::new(),
            moved: None,
            only_permanent: true,
            answered: false,
        }
    }

    /// What is to be asked now.
    pub fn request(&self) -> Request {
        let anchors = !self.fragments.is_empty();
        Request { address: self.at.clone(), get: self.get, anchors }
    }

    /// Goes on from an answer.
    pub fn answer(&mut self, answer: Result<Response, Fault>, policy: &Policy) -> Next {
        match answer {
            Ok(response) => {
                self.answered = true;
                self.response(response, policy)
            }
            Err(fault) => self.fault(fault, policy),
        }
    }

    fn response(&mut self, response: Response, policy: &Policy) -> Next {
        let status = response.status;
        match status {
            200..=299 => {
                let (anchors, cut) = response.anchors.unzip();
                let missing =
                    |it: &&String| anchors.as_ref().is_some_and(|all| !all.has(it));
                let missing: Vec<String> =
                    self.fragments.iter().filter(missing).cloned().collect();
                self.done(match cut.flatten().filter(|_| !missing.is_empty()) {
                    Some(why) => Verdict::Partial(missing, why),
                    None => Verdict::Alive(missing),
                })
            }
            301 | 302 | 303 | 307 | 308 => self.redirect(response, policy),
            429 | 503 if response.retry_after.is_some_and(|it| policy.max_wait < it) => {
                let wait = response.retry_after.unwrap_or_default() / 1000;
                let why = format!("answers {status} and asks to wait for {wait}s");
                self.done(Verdict::Unknown(why))
            }
            429 => self.again(format!("answers {status}"), response.retry_after, policy),
            // Many servers, and what stands before them, refuse what is no GET.
            400.. if !self.get => {
                self.get = true;
                Next::Ask { wait: 0, host: false }
            }
            401 | 403 | 407 => self.done(Verdict::Guarded(status)),
            408 | 425 | 500 | 502..=504 => {
                self.again(format!("answers {status}"), response.retry_after, policy)
            }
            400..=499 => self.done(Verdict::Dead(format!("answers {status}"))),
            _ => self.done(Verdict::Unknown(format!("answers {status}"))),
        }
    }

    fn redirect(&mut self, response: Response, policy: &Policy) -> Next {
        let status = response.status;
        let Some(location) = response.location else {
            let why = format!("answers {status} and does not say where it leads");
            return self.done(Verdict::Dead(why));
        };
        let (next, fragment) = match self.at.join(&location) {
            Ok(it) => it,
            Err(why) => {
                let location = shortened(&location);
                let why = format!("redirects to `{location}`, which {why}");
                return self.done(Verdict::Dead(why));
            }
        };
        self.visited.push(std::mem::replace(&mut self.at, next));
        if self.visited.contains(&self.at) {
            return self.done(Verdict::Dead("redirects in a circle".to_owned()));
        }
        if policy.redirects < self.visited.len() {
            let n = policy.redirects;
            return self.done(Verdict::Dead(format!("redirects more than {n} times")));
        }
        self.only_permanent &= matches!(status, 301 | 308);
        if self.only_permanent {
            self.moved = Some((self.at.clone(), fragment));
        }
        self.failures = 0;
        // The next host may be one that answers to HEAD.
        self.get = !self.fragments.is_empty();
        Next::Ask { wait: 0, host: false }
    }

    fn fault(&mut self, fault: Fault, policy: &Policy) -> Next {
        let place = match self.visited.is_empty() {
            true => String::new(),
            false => format!("redirects to `{}`, which ", self.at),
        };
        match fault {
            Fault::Private(kind) => {
                self.done(Verdict::Private(format!("{place}leads to {kind}")))
            }
            Fault::Certificate(why) => {
                let why = format!("{place}has a certificate that is not good: {why}");
                self.done(Verdict::Dead(why))
            }
            Fault::Request(why) => self.done(Verdict::Dead(format!("{place}{why}"))),
            Fault::Broken(_) if !self.get => {
                self.get = true;
                Next::Ask { wait: 0, host: false }
            }
            Fault::Broken(why) => self.again(format!("{place}{why}"), None, policy),
            Fault::Timeout => {
                self.again(format!("{place}does not answer in time"), None, policy)
            }
            Fault::Connect(why) => {
                self.again(format!("{place}takes no connection: {why}"), None, policy)
            }
            Fault::Unreachable(why) => offline(self.again(
                format!("{place}cannot be reached: {why}"),
                None,
                policy,
            )),
            Fault::Name => {
                let next = self.again(
                    format!("{place}has a host that no name server knows"),
                    None,
                    policy,
                );
                // A name that the name servers deny is as dead as a page.
                match offline(next) {
                    Next::Done(Outcome { verdict: Verdict::Unknown(why), .. }) => {
                        let mut outcome = self.outcome(Verdict::Dead(why));
                        outcome.offline = true;
                        Next::Done(outcome)
                    }
                    other => other,
                }
            }
        }
    }

    /// The same again, unless it was tried often enough.
    fn again(&mut self, why: String, asked: Option<i64>, policy: &Policy) -> Next {
        if policy.retries <= self.failures {
            return self.done(Verdict::Unknown(why));
        }
        let own = policy.backoff.saturating_mul(1 << self.failures.min(20));
        self.failures += 1;
        let wait = asked.unwrap_or(0).max(own).min(policy.max_wait);
        Next::Ask { wait, host: asked.is_some() }
    }

    fn done(&self, verdict: Verdict) -> Next {
        Next::Done(self.outcome(verdict))
    }

    /// The end of the walk where it stands.
    pub fn outcome(&self, verdict: Verdict) -> Outcome {
        let alive = matches!(verdict, Verdict::Alive(_) | Verdict::Partial(..));
        let moved = self.moved.as_ref().filter(|_| alive).map(|it| match &it.1 {
            Some(fragment) => format!("{}#{fragment}", it.0),
            None => it.0.to_string(),
        });
        Outcome { verdict, moved, answered: self.answered, offline: false }
    }
}

fn offline(next: Next) -> Next {
    match next {
        Next::Done(it) => Next::Done(Outcome { offline: true, ..it }),
        other => other,
    }
}

/// Text of a server for a message.
fn shortened(text: &str) -> String {
    let clean: String = text.chars().filter(|it| !it.is_control()).take(200).collect();
    clean.replace('`', "'")
}

/// How long a server asks to wait, in milliseconds: `Retry-After` is seconds or a date
/// (RFC 9110, 10.2.3). `now` is in seconds since 1970.
pub fn retry_after(value: &str, now: i64) -> Option<i64> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|it| it.is_ascii_digit()) {
        return Some(value.parse::<i64>().unwrap_or(i64::MAX).saturating_mul(1000));
    }
    let date = chrono::DateTime::parse_from_rfc2822(value).ok()?;
    Some(date.timestamp().saturating_sub(now).max(0).saturating_mul(1000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::links::address;

    const POLICY: Policy =
        Policy { retries: 2, backoff: 100, max_wait: 5000, redirects: 3 };

    fn status(status: u16) -> Result<Response, Fault> {
        Ok(Response { status, location: None, retry_after: None, anchors: None })
    }

    fn redirect(status: u16, to: &str) -> Result<Response, Fault> {
        let location = Some(to.to_owned());
        Ok(Response { status, location, retry_after: None, anchors: None })
    }

    fn busy(status: u16, wait: i64) -> Result<Response, Fault> {
        Ok(Response { status, location: None, retry_after: Some(wait), anchors: None })
    }

    /// The requests and waits of a walk, and its end.
    fn walk(url: &str, answers: Vec<Result<Response, Fault>>) -> (String, Outcome) {
        let (address, fragment) = address::parse(url).unwrap();
        let mut walk = Walk::new(address, fragment.into_iter().collect());
        let mut log = Vec::new();
        for answer in answers {
            let request = walk.request();
            let method = if request.get { "GET" } else { "HEAD" };
            log.push(format!("{method} {}", request.address.path));
            match walk.answer(answer, &POLICY) {
                Next::Done(outcome) => return (log.join(", "), outcome),
                Next::Ask { wait: 0, .. } => {}
                Next::Ask { wait, host } => {
                    log.push(format!("{wait}{}", if host { "!" } else { "" }));
                }
            }
        }
        panic!("no end: {log:?}")
    }

    fn dead(why: &str) -> Verdict {
        Verdict::Dead(why.to_owned())
    }

    fn unknown(why: &str) -> Verdict {
        Verdict::Unknown(why.to_owned())
    }

    #[test]
    fn head_is_asked_first_and_get_after_a_refusal() {
        let alive = Verdict::Alive(Vec::new());
        for refusal in [400, 403, 404, 405, 500, 501, 503] {
            let (log, outcome) = walk("http://h/a", vec![status(refusal), status(200)]);
            assert_eq!((&*log, outcome.verdict), ("HEAD /a, GET /a", alive.clone()));
        }
        let reset = Err(Fault::Broken("x".to_owned()));
        let (log, _) = walk("http://h/a", vec![reset, status(204)]);
        assert_eq!(log, "HEAD /a, GET /a");
        let (log, outcome) = walk("http://h/a", vec![status(404), status(404)]);
        assert_eq!((&*log, outcome.verdict), ("HEAD /a, GET /a", dead("answers 404")));
        let (_, outcome) = walk("http://h/a", vec![status(403), status(403)]);
        assert_eq!(outcome.verdict, Verdict::Guarded(403));
    }

    #[test]
    fn failures_that_may_pass_are_tried_again_with_growing_waits() {
        let (log, outcome) =
            walk("http://h/a", vec![status(502), status(502), status(502), status(502)]);
        assert_eq!(log, "HEAD /a, GET /a, 100, GET /a, 200, GET /a");
        assert_eq!(outcome.verdict, unknown("answers 502"));
        let (log, _) = walk("http://h/a", vec![busy(429, 3000), status(200)]);
        assert_eq!(log, "HEAD /a, 3000!, HEAD /a");
        let (_, outcome) = walk("http://h/a", vec![busy(429, 60_000)]);
        assert_eq!(outcome.verdict, unknown("answers 429 and asks to wait for 60s"));
        let slow = || Err(Fault::Timeout);
        let (log, outcome) = walk("http://h/a", vec![slow(), slow(), slow()]);
        assert_eq!(log, "HEAD /a, 100, HEAD /a, 200, HEAD /a");
        assert!(!outcome.answered);
        let nobody = || Err(Fault::Name);
        let (_, outcome) = walk("http://h/a", vec![nobody(), nobody(), nobody()]);
        assert!(outcome.offline && matches!(outcome.verdict, Verdict::Dead(_)));
    }

    #[test]
    fn redirects_are_followed_to_an_end() {
        let answers = vec![redirect(301, "/b"), redirect(308, "c#d"), status(200)];
        let (log, outcome) = walk("http://h/a", answers);
        assert_eq!(log, "HEAD /a, HEAD /b, HEAD /c");
        assert_eq!(outcome.moved.as_deref(), Some("http://h/c#d"));
        let answers = vec![redirect(301, "/b"), redirect(302, "/c"), status(200)];
        assert_eq!(walk("http://h/a", answers).1.moved.as_deref(), Some("http://h/b"));
        let answers = vec![redirect(302, "/b"), redirect(301, "/c"), status(200)];
        assert_eq!(walk("http://h/a", answers).1.moved, None);
        for (answers, why) in [
            (vec![redirect(302, "/b"), redirect(302, "/a")], "redirects in a circle"),
            (vec![redirect(302, "/a")], "redirects in a circle"),
            (
                ["/b", "/c", "/d", "/e"].map(|it| redirect(302, it)).into(),
                "redirects more than 3 times",
            ),
            (vec![status(302)], "answers 302 and does not say where it leads"),
            (
                vec![redirect(302, "file:///etc/passwd")],
                "redirects to `file:///etc/passwd`, which is neither `http` nor `https`",
            ),
        ] {
            assert_eq!(walk("http://h/a", answers).1.verdict, dead(why));
        }
        let inner = Err(Fault::Private("this machine".to_owned()));
        let (_, outcome) = walk("http://h/a", vec![redirect(302, "http://x/"), inner]);
        let why = "redirects to `http://x/`, which leads to this machine";
        assert_eq!(outcome.verdict, Verdict::Private(why.to_owned()));
    }

    #[test]
    fn waits_are_seconds_or_dates() {
        for (value, expect) in [
            ("120", Some(120_000)),
            ("0", Some(0)),
            ("99999999999999999999", Some(i64::MAX)),
            ("Thu, 01 Jan 1970 00:01:00 GMT", Some(50_000)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value, 10), expect, "{value}");
        }
    }
}
