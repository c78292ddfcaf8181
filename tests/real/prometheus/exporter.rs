//! An exporter whose values depend on how often it was asked, never on a clock.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// A running exporter; it serves until the process ends.
pub struct Exporter {
    pub port: u16,
    step: Arc<AtomicUsize>,
    is_held: Arc<AtomicBool>,
}

impl Exporter {
    /// Serves what `body` says of each step, from step 0 on; while it is held it stays there.
    pub fn serve(
        is_held: bool,
        body: impl Fn(usize) -> String + Send + 'static,
    ) -> std::io::Result<Exporter> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let (step, is_held) =
            (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(is_held)));
        let exporter = Exporter { port, step: step.clone(), is_held: is_held.clone() };
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut request = Vec::new();
                let mut byte = [0; 1];
                while !request.ends_with(b"\r\n\r\n")
                    && stream.read(&mut byte).is_ok_and(|it| it == 1)
                {
                    request.push(byte[0]);
                }
                let goes_on = !is_held.load(Ordering::SeqCst);
                let body = body(step.load(Ordering::SeqCst));
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                if stream.write_all(answer.as_bytes()).is_ok() && goes_on {
                    step.fetch_add(1, Ordering::SeqCst);
                }
            }
        });
        Ok(exporter)
    }

    /// Lets it go on.
    pub fn release(&self) {
        self.is_held.store(false, Ordering::SeqCst);
    }

    /// The step that is served next.
    pub fn step(&self) -> usize {
        self.step.load(Ordering::SeqCst)
    }
}
