//! Web servers on this machine that do what servers of the web do wrong.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A server; it stops when it is dropped.
pub struct Server {
    pub port: u16,
    over: Arc<AtomicBool>,
    seen: Arc<Mutex<HashMap<String, usize>>>,
    main: Option<JoinHandle<()>>,
}

impl Server {
    /// Over plain connections.
    pub fn plain() -> Server {
        Server::start(None)
    }

    /// With certificates of an authority of its own, whose certificate comes back.
    pub fn secure() -> (Server, String) {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap());
        let issuer = issuer.unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
        let leaf = params.signed_by(&key, &issuer).unwrap();
        let der = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], der)
            .unwrap();
        (Server::start(Some(Arc::new(config))), issuer.pem())
    }

    fn start(tls: Option<Arc<ServerConfig>>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::new(Mutex::new(HashMap::new()));
        let shared = (Arc::clone(&over), Arc::clone(&seen));
        let main = thread::spawn(move || {
            let (over, seen) = shared;
            for stream in listener.incoming() {
                if over.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(stream) = stream else { continue };
                let (over, seen, tls) =
                    (Arc::clone(&over), Arc::clone(&seen), tls.clone());
                thread::spawn(move || {
                    // No client may hold a thread for ever.
                    let limit = Some(Duration::from_secs(20));
                    let _ = stream.set_read_timeout(limit);
                    let _ = stream.set_write_timeout(limit);
                    match tls {
                        None => serve(stream, &over, &seen),
                        Some(config) => {
                            let Ok(it) = ServerConnection::new(config) else { return };
                            serve(StreamOwned::new(it, stream), &over, &seen);
                        }
                    }
                });
            }
        });
        Server { port, over, seen, main: Some(main) }
    }

    /// How often a request came: `HEAD /ok/0`.
    pub fn n_seen(&self, request: &str) -> usize {
        self.seen.lock().unwrap().get(request).copied().unwrap_or(0)
    }

    /// How many requests came.
    pub fn n_requests(&self) -> usize {
        self.seen.lock().unwrap().values().sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(main) = self.main.take() {
            let _ = main.join();
        }
    }
}

type Seen = Mutex<HashMap<String, usize>>;

fn serve(stream: impl Read + Write, over: &AtomicBool, seen: &Seen) {
    let mut stream = BufReader::new(stream);
    while !over.load(Ordering::SeqCst) {
        let mut head = String::new();
        let mut secret = false;
        loop {
            let mut line = String::new();
            match stream.read_line(&mut line) {
                Ok(0) => return,
                Ok(_) => {}
                Err(_) => {
                    // What is no text is no HTTP: TLS, most likely.
                    let _ = stream.get_mut().write_all(head_of(400, "").as_bytes());
                    return;
                }
            }
            secret |=
                line.trim_end().eq_ignore_ascii_case("authorization: bearer s3cret");
            if line.trim_end().is_empty() {
                break;
            }
            head.push_str(&line);
        }
        let mut words = head.split(' ');
        let (Some(method), Some(path)) = (words.next(), words.next()) else { return };
        let request = format!("{method} {path}");
        let n = {
            let mut seen = seen.lock().unwrap();
            let n = seen.entry(request).or_default();
            *n += 1;
            *n
        };
        let ask = Ask { head: method == "HEAD", path, n, secret };
        if !answer(&ask, stream.get_mut(), over) {
            return;
        }
    }
}

struct Ask<'a> {
    head: bool,
    path: &'a str,
    /// How often it came, this time included.
    n: usize,
    secret: bool,
}

/// Whether the connection goes on.
fn answer(ask: &Ask<'_>, out: &mut impl Write, over: &AtomicBool) -> bool {
    let (_, kind, rest) = {
        let mut parts = ask.path.splitn(3, '/');
        (parts.next(), parts.next().unwrap_or(""), parts.next().unwrap_or(""))
    };
    let html = |body: &str| page(ask, 200, "Content-Type: text/html\r\n", body);
    let status = |code: u16| page(ask, code, "", "no");
    let to = |code: u16, url: &str| page(ask, code, &format!("Location: {url}\r\n"), "");
    let text = match kind {
        "ok" => html("<p>good"),
        "anchor" => html("<h2 id=here>x</h2><a name='user-content-there'></a>"),
        "md" => page(ask, 200, "Content-Type: text/plain\r\n", "# One\n\n## One\n"),
        "nohead" if ask.head => status(405),
        "headreset" if ask.head => return false,
        "nohead" | "headreset" => html("x"),
        "busy" if ask.n == 1 => page(ask, 429, "Retry-After: 1\r\n", ""),
        "date" if ask.n == 1 => {
            let header = "Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n";
            page(ask, 503, header, "")
        }
        "later" => page(ask, 429, "Retry-After: 86400\r\n", ""),
        "flaky" if ask.n == 1 => status(502),
        "busy" | "date" | "flaky" => html("x"),
        "down" => status(500),
        "teapot" => status(418),
        "gone" => status(410),
        "login" => status(401),
        "forbidden" => status(403),
        "loop" => to(302, "/loop2"),
        "loop2" => to(302, "/loop"),
        "chain" => to(302, &format!("/chain/{rest}x")),
        "moved" => to(301, "/ok/0"),
        "temporary" => to(302, "/ok/0"),
        "inner" => to(302, "http://10.255.255.1/"),
        "metadata" => to(302, "http://169.254.169.254/latest/"),
        "mapped" => to(302, "http://[::ffff:192.168.0.1]/"),
        "script" => to(302, "javascript:alert(1)"),
        "nowhere" => page(ask, 302, "", ""),
        "secret" if ask.secret => html("x"),
        "secret" => status(401),
        "away" if ask.secret => to(302, rest_url(rest).as_str()),
        "away" => status(401),
        // A secret of another host is no business of this one.
        "bare" if ask.secret => status(500),
        "bare" => html("x"),
        "never" => {
            while !over.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(20));
            }
            return false;
        }
        "reset" => return false,
        "garbage" => "SSH-2.0-OpenSSH_9.6\r\n\r\n".to_owned(),
        "bighead" => {
            let line = format!("X-Long: {}\r\n", "x".repeat(1000));
            let mut ok = out.write_all(b"HTTP/1.1 200 OK\r\n").is_ok();
            for _ in 0..200 {
                ok = ok && out.write_all(line.as_bytes()).is_ok();
            }
            return false;
        }
        "huge" => return huge(ask, out, over),
        "drip" => return drip(ask, out, over),
        "long" => {
            head_of(200, "Content-Type: text/html\r\nContent-Length: 1000000\r\n") + "<p>"
        }
        "short" => {
            let body = format!("{}<p id=here>", " ".repeat(50));
            head_of(200, "Content-Type: text/html\r\nContent-Length: 10\r\n") + &body
        }
        _ => status(404),
    };
    let lies = matches!(kind, "garbage" | "long" | "short");
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok() && !lies
}

fn rest_url(port: &str) -> String {
    format!("http://127.0.0.1:{port}/bare/0")
}

fn head_of(status: u16, headers: &str) -> String {
    format!("HTTP/1.1 {status} X\r\n{headers}\r\n")
}

fn page(ask: &Ask<'_>, status: u16, headers: &str, body: &str) -> String {
    let length = format!("{headers}Content-Length: {}\r\n", body.len());
    head_of(status, &length) + if ask.head { "" } else { body }
}

/// A gigabyte of text.
fn huge(ask: &Ask<'_>, out: &mut impl Write, over: &AtomicBool) -> bool {
    let head = head_of(200, "Content-Type: text/html\r\nContent-Length: 1073741824\r\n");
    if out.write_all((head + "<a id=first>").as_bytes()).is_err() || ask.head {
        return false;
    }
    let block = [b'x'; 64 << 10];
    let mut n_blocks = 0;
    while n_blocks < 16 << 10
        && !over.load(Ordering::SeqCst)
        && out.write_all(&block).is_ok()
    {
        n_blocks += 1;
    }
    false
}

/// A byte now and then.
fn drip(ask: &Ask<'_>, out: &mut impl Write, over: &AtomicBool) -> bool {
    let head = head_of(200, "Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n");
    let mut good = out.write_all(head.as_bytes()).is_ok() && !ask.head;
    while good && !over.load(Ordering::SeqCst) {
        good = out.write_all(b"1\r\nx\r\n").and_then(|()| out.flush()).is_ok();
        thread::sleep(Duration::from_millis(50));
    }
    false
}
