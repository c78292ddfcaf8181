//! Requests over the network, one at a time: no redirect is followed, no private address
//! is asked that is not allowed, no more of a page is read than is searched.

use std::fmt;
use std::io::{self, ErrorKind, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error, Proxy};

use crate::links::address::Address;
use crate::links::allowed::Allowed;
use crate::links::anchor;
use crate::links::walk::{Fault, Request, Response, retry_after};

/// At most this much of a page is searched for anchors.
const MAX_BODY: u64 = 4 << 20;

/// Longer heads of answers are refused.
const MAX_HEAD: usize = 32 << 10;

/// A header for one host.
#[derive(Clone)]
pub(super) struct Header {
    /// The host as it is written: with `http://` before it also without encryption.
    pub(super) host: String,
    /// Its name.
    pub(super) name: String,
    /// Its value, which nobody is to see.
    pub(super) value: String,
}

/// How requests are sent.
pub(super) struct Settings {
    /// The longest time for one.
    pub(super) timeout: Duration,
    /// What may be asked that is not public.
    pub(super) allowed: Allowed,
    /// Certificates of authorities beside the public ones.
    pub(super) authorities: Vec<Certificate<'static>>,
    /// Headers by host.
    pub(super) headers: Vec<Header>,
}

/// Sends requests.
pub(super) struct Transport {
    settings: Arc<Settings>,
    proxy: Option<Proxy>,
    public: Agent,
    /// For hosts whose certificates public authorities did not give.
    own: Option<Agent>,
    /// Held while a page is searched: one after the other, since that takes several times
    /// the memory of the page.
    search: Mutex<()>,
}

impl Transport {
    /// With the proxies that the environment names.
    pub(super) fn new(settings: Settings) -> Transport {
        let proxy = Proxy::try_from_env();
        let settings = Arc::new(settings);
        let agent = |roots| agent(&settings, proxy.as_ref(), roots);
        let own = match &settings.authorities[..] {
            [] => None,
            all => Some(agent(RootCerts::new_with_certs(all))),
        };
        Transport {
            public: agent(RootCerts::WebPki),
            own,
            proxy,
            settings,
            search: Mutex::new(()),
        }
    }

    /// Sends a request; `now` is in seconds since 1970.
    pub(super) fn send(&self, request: &Request, now: i64) -> Result<Response, Fault> {
        let address = &request.address;
        if let Some(kind) = self.objection(address) {
            return Err(Fault::Private(kind.to_owned()));
        }
        match (self.ask(&self.public, request, now), &self.own) {
            (Err(Fault::Certificate(_)), Some(own)) => self.ask(own, request, now),
            (answer, _) => answer,
        }
    }

    /// Why a host may not be asked, as far as its name tells: where a proxy looks names up,
    /// nothing else does.
    fn objection(&self, address: &Address) -> Option<&'static str> {
        let local = address.host == "localhost" || address.host.ends_with(".localhost");
        let ip = match address.ip() {
            None if local => Some([127, 0, 0, 1].into()),
            ip => ip,
        };
        self.settings.allowed.objection(&address.host, ip?)
    }

    fn ask(&self, agent: &Agent, request: &Request, now: i64) -> Result<Response, Fault> {
        let address = &request.address;
        let url = address.to_string();
        let mut builder = match request.get {
            true => agent.get(&url),
            false => agent.head(&url),
        };
        for it in self.settings.headers.iter().filter(|it| it.is_for(&request.address)) {
            builder = builder.header(&it.name, &it.value);
        }
        let mut response = builder.call().map_err(|it| self.fault(it))?;
        let text = |name: &str| {
            let value = response.headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let status = response.status().as_u16();
        let location = text("location");
        let retry_after = text("retry-after").and_then(|it| retry_after(&it, now));
        let kind = text("content-type").unwrap_or_default();
        let anchors = match request.anchors && (200..300).contains(&status) {
            true => {
                let (bytes, cut) = page(response.body_mut().as_reader());
                let _one = self.search.lock().unwrap_or_else(PoisonError::into_inner);
                Some((anchor::anchors(address, &kind, bytes), cut))
            }
            false => None,
        };
        Ok(Response { status, location, retry_after, anchors })
    }

    fn fault(&self, error: Error) -> Fault {
        match error {
            Error::HostNotFound => Fault::Name,
            Error::Timeout(_) => Fault::Timeout,
            Error::Io(error) => of_io(&error),
            Error::ConnectionFailed => Fault::Connect("refused".to_owned()),
            Error::Rustls(error) => of_tls(&error.to_string()),
            Error::Other(error) => match error.downcast_ref::<Private>() {
                Some(it) => Fault::Private(it.0.to_owned()),
                None => Fault::Broken("fails in an unknown way".to_owned()),
            },
            // The address of a proxy may hold a password.
            Error::ConnectProxyFailed(_) => {
                let host = self.proxy.as_ref().map_or("", Proxy::host);
                Fault::Connect(format!("the proxy `{host}` refuses"))
            }
            Error::BadUri(_) | Error::Http(_) => {
                Fault::Request("is an address that cannot be asked for".to_owned())
            }
            Error::LargeResponseHeader(..) => Fault::Broken(format!(
                "answers with a head of more than {MAX_HEAD} bytes"
            )),
            Error::Protocol(_) => Fault::Broken("answers what is no HTTP".to_owned()),
            _ => Fault::Broken("breaks the connection".to_owned()),
        }
    }
}

fn agent(settings: &Arc<Settings>, proxy: Option<&Proxy>, roots: RootCerts) -> Agent {
    let tls = TlsConfig::builder().root_certs(roots).build();
    let config = Config::builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(proxy.cloned())
        .tls_config(tls)
        .user_agent(concat!("aqua-alerts/", env!("CARGO_PKG_VERSION"), " (link checker)"))
        .accept("text/html,text/markdown,text/plain;q=0.9,*/*;q=0.8")
        .accept_encoding("identity")
        .max_response_header_size(MAX_HEAD)
        .input_buffer_size(MAX_HEAD)
        .output_buffer_size(MAX_HEAD)
        .max_idle_connections_per_host(1)
        .max_idle_connections(32)
        .timeout_global(Some(settings.timeout))
        .build();
    let guard = Guard {
        inner: DefaultResolver::default(),
        settings: Arc::clone(settings),
        proxy: proxy.map(|it| (it.host().to_owned(), it.port())),
    };
    Agent::with_parts(config, DefaultConnector::default(), guard)
}

/// Reads a page as far as it is searched, and why that is not all of it. One that breaks
/// off is searched as far as it came.
fn page(mut body: impl Read) -> (Vec<u8>, Option<String>) {
    // Grows by doubling to the limit, not beyond it.
    let mut bytes = Vec::with_capacity(64 << 10);
    let read = body.by_ref().take(MAX_BODY).read_to_end(&mut bytes);
    let cut = match read.and_then(|_| body.read(&mut [0])) {
        Ok(0) => None,
        Ok(_) => Some(format!("only its first {} MiB are searched", MAX_BODY >> 20)),
        Err(error) => Some(match of_io(&error) {
            Fault::Timeout => "it did not come to its end in time".to_owned(),
            _ => "the connection broke before its end".to_owned(),
        }),
    };
    (bytes, cut)
}

fn of_io(error: &io::Error) -> Fault {
    let text = error.to_string();
    match error.kind() {
        ErrorKind::TimedOut | ErrorKind::WouldBlock => Fault::Timeout,
        ErrorKind::ConnectionRefused => Fault::Connect("refused".to_owned()),
        ErrorKind::NetworkUnreachable => Fault::Unreachable("no network".to_owned()),
        ErrorKind::HostUnreachable => Fault::Unreachable("no way to the host".to_owned()),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => Fault::Broken("breaks the connection".to_owned()),
        ErrorKind::InvalidData => of_tls(&text),
        _ if text.contains("lookup address") => Fault::Name,
        _ => Fault::Broken("breaks the connection".to_owned()),
    }
}

fn of_tls(text: &str) -> Fault {
    match text.split_once("invalid peer certificate: ") {
        Some((_, why)) => {
            // The rest of it is for programmers.
            let has = |it: &str| why.contains(it);
            let why = match () {
                () if has("Expired") || has("expired") => "it has expired",
                () if has("NotValidYet") || has("not valid yet") => "it is not valid yet",
                () if has("NotValidForName") || has("not valid for name") => {
                    "it is for another host"
                }
                () if has("UnknownIssuer") || has("BadSignature") => {
                    "no known authority gave it"
                }
                () if has("Revoked") => "it was revoked",
                () => why,
            };
            Fault::Certificate(why.to_owned())
        }
        None => Fault::Broken("answers what is no TLS".to_owned()),
    }
}

impl Header {
    fn is_for(&self, address: &Address) -> bool {
        let (secure, host) = match self.host.strip_prefix("http://") {
            Some(host) => (false, host),
            None => (true, self.host.strip_prefix("https://").unwrap_or(&self.host)),
        };
        let host = host.to_ascii_lowercase();
        let default = if address.secure { 443 } else { 80 };
        let alone = host == address.host && address.port == default;
        address.secure == secure && (alone || host == address.authority())
    }
}

/// Refuses hosts at private addresses, after their names were looked up.
#[derive(Debug)]
struct Guard {
    inner: DefaultResolver,
    settings: Arc<Settings>,
    proxy: Option<(String, u16)>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Headers are nobody's business.
        f.debug_struct("Settings").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl Resolver for Guard {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let all = self.inner.resolve(uri, config, timeout)?;
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let to_proxy = self.proxy.as_ref().is_some_and(|(name, port)| {
            name.eq_ignore_ascii_case(&host) && all.iter().all(|it| it.port() == *port)
        });
        if to_proxy {
            return Ok(all);
        }
        let mut out = self.empty();
        let mut objection = None;
        for it in all.iter() {
            match self.settings.allowed.objection(&host, it.ip()) {
                None => out.push(*it),
                some => objection = some,
            }
        }
        match (out.is_empty(), objection) {
            (true, Some(kind)) => Err(Error::Other(Box::new(Private(kind)))),
            (true, None) => Err(Error::HostNotFound),
            (false, _) => Ok(out),
        }
    }
}

/// The kind of address that may not be asked.
#[derive(Debug)]
struct Private(&'static str);

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Private {}
