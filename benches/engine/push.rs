//! Remote write 1.0: a protobuf message in a snappy block of literals.

use std::sync::atomic::{AtomicUsize, Ordering};

use aqua_alerts::promql::series::{Series, SeriesRef};

use crate::http;

const HEADERS: &str = "Content-Type: application/x-protobuf\r\n\
                       Content-Encoding: snappy\r\n\
                       X-Prometheus-Remote-Write-Version: 0.1.0\r\n";

/// Series per request.
const BATCH: usize = 20;

/// Connections at once.
const WRITERS: usize = 2;

/// Writes all series to the server.
///
/// The first request holds the first sample of each series, in the order of their
/// labels: the server then goes through them in that order, as this engine does, and
/// among equal values `topk` takes the same.
pub fn push(port: u16, series: &[Series]) -> Result<(), String> {
    let mut sorted: Vec<SeriesRef<'_>> = series.iter().map(Series::as_ref).collect();
    sorted.sort_by(|a, b| a.labels.cmp(b.labels));
    let firsts: Vec<_> = sorted.iter().map(|it| part(*it, 0, 1)).collect();
    send(port, &firsts)?;

    let rests: Vec<_> = sorted.iter().map(|it| part(*it, 1, it.floats.len())).collect();
    let batches: Vec<_> = rests.chunks(BATCH).collect();
    let next = AtomicUsize::new(0);
    let write = || -> Result<(), String> {
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            send(port, batch)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(write)).collect();
        writers.into_iter().try_for_each(|it| it.join().unwrap())
    })
}

fn part(series: SeriesRef<'_>, from: usize, to: usize) -> SeriesRef<'_> {
    SeriesRef { floats: series.floats.part(from, to), ..series }
}

fn send(port: u16, batch: &[SeriesRef<'_>]) -> Result<(), String> {
    let body = snappy(&message(batch));
    match http::request(port, "POST", "/api/v1/write", HEADERS, &body) {
        Ok((200..=299, _)) => Ok(()),
        Ok((status, text)) => {
            Err(format!("{status}: {}", String::from_utf8_lossy(&text)))
        }
        Err(error) => Err(error.to_string()),
    }
}

/// `prometheus.WriteRequest` of `prompb/remote.proto`.
fn message(batch: &[SeriesRef<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for series in batch {
        let mut one = Vec::with_capacity(18 * series.floats.len() + 500);
        for (name, value) in series.labels.iter() {
            let mut label = Vec::new();
            field(&mut label, 1, name.as_bytes());
            field(&mut label, 2, value.as_bytes());
            field(&mut one, 1, &label);
        }
        for (time, value) in series.floats.iter() {
            let mut sample = [0; 24];
            sample[0] = 1 << 3 | 1;
            sample[1..9].copy_from_slice(&value.to_le_bytes());
            sample[9] = 2 << 3;
            let len = 10 + put_varint(&mut sample[10..], time as u64);
            field(&mut one, 2, &sample[..len]);
        }
        field(&mut out, 1, &one);
    }
    out
}

/// A field that has a length.
fn field(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    out.push(number << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn varint(out: &mut Vec<u8>, value: u64) {
    let mut bytes = [0; 10];
    let len = put_varint(&mut bytes, value);
    out.extend_from_slice(&bytes[..len]);
}

fn put_varint(out: &mut [u8], mut value: u64) -> usize {
    let mut len = 0;
    while 0x80 <= value {
        out[len] = value as u8 | 0x80;
        value >>= 7;
        len += 1;
    }
    out[len] = value as u8;
    len + 1
}

/// The snappy block format without any compression.
fn snappy(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 10_000 + 16);
    varint(&mut out, bytes.len() as u64);
    for literal in bytes.chunks(1 << 16) {
        // A literal whose length, less one, stands in the two bytes that follow.
        out.push(61 << 2);
        out.extend_from_slice(&((literal.len() - 1) as u16).to_le_bytes());
        out.extend_from_slice(literal);
    }
    out
}
