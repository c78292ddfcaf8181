//! As much of HTTP/1.0 as a server on this machine needs.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};

/// A request to 127.0.0.1; the answer's status and body.
pub fn request(
    port: u16,
    method: &str,
    target: &str,
    headers: &str,
    body: &[u8],
) -> io::Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    write!(
        stream,
        "{method} {target} HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    )?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|it| it == b"\r\n\r\n");
    let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&answer[..end]);
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    let status = status.ok_or(io::ErrorKind::InvalidData)?;
    answer.drain(..end + 4);
    Ok((status, answer))
}

/// A text as part of a query string.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|it| match it {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(it).to_string(),
            it => format!("%{it:02X}"),
        })
        .collect()
}
