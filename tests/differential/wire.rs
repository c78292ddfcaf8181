//! Remote write, version 1: samples as protocol buffers in a snappy block.
//!
//! Only what the tests send, written by hand; the block has literals only.

use aqua_alerts::promql::histogram::{BucketSpan, Histogram, ResetHint};
use aqua_alerts::promql::labels::Labels;
use aqua_alerts::promql::value::Sample;

/// A message under construction.
#[derive(Debug, Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while 0x80 <= value {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn key(&mut self, field: u32, wire_type: u32) {
        self.varint(u64::from(field << 3 | wire_type));
    }

    fn number(&mut self, field: u32, value: u64) {
        self.key(field, 0);
        self.varint(value);
    }

    fn signed(&mut self, field: u32, value: i32) {
        self.number(field, u64::from((value << 1 ^ value >> 31) as u32));
    }

    fn double(&mut self, field: u32, value: f64) {
        self.key(field, 1);
        self.0.extend(value.to_bits().to_le_bytes());
    }

    fn bytes(&mut self, field: u32, value: &[u8]) {
        self.key(field, 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
    }

    fn doubles(&mut self, field: u32, values: &[f64]) {
        let all: Vec<u8> = values.iter().flat_map(|it| it.to_le_bytes()).collect();
        self.bytes(field, &all);
    }

    fn spans(&mut self, field: u32, spans: &[BucketSpan]) {
        for span in spans {
            let mut message = Message::default();
            message.signed(1, span.offset);
            message.number(2, u64::from(span.length));
            self.bytes(field, &message.0);
        }
    }
}

/// One sample of each of some series, taken at a time in milliseconds, as the body of a
/// request.
pub fn request(samples: &[(&Labels, &Sample)], time: i64) -> Vec<u8> {
    let mut request = Message::default();
    for (labels, sample) in samples {
        let mut series = Message::default();
        for (name, value) in labels.iter() {
            let mut label = Message::default();
            label.bytes(1, name.as_bytes());
            label.bytes(2, value.as_bytes());
            series.bytes(1, &label.0);
        }
        match sample {
            Sample::Float(value) => {
                let mut sample = Message::default();
                sample.double(1, *value);
                sample.number(2, time as u64);
                series.bytes(2, &sample.0);
            }
            Sample::Histogram(it) => series.bytes(4, &histogram(it, time)),
        }
        request.bytes(1, &series.0);
    }
    snappy(&request.0)
}

fn histogram(it: &Histogram, time: i64) -> Vec<u8> {
    let mut out = Message::default();
    out.double(2, it.count);
    out.double(3, it.sum);
    out.signed(4, it.schema);
    out.double(5, it.zero_threshold);
    out.double(7, it.zero_count);
    out.spans(8, &it.negative_spans);
    out.doubles(10, &it.negative_buckets);
    out.spans(11, &it.positive_spans);
    out.doubles(13, &it.positive_buckets);
    let hint = match it.reset_hint {
        ResetHint::Unknown => 0,
        ResetHint::Reset => 1,
        ResetHint::NotReset => 2,
        ResetHint::Gauge => 3,
    };
    out.number(14, hint);
    out.number(15, time as u64);
    out.doubles(16, &it.custom_values);
    out.0
}

fn snappy(bytes: &[u8]) -> Vec<u8> {
    let mut out = Message::default();
    out.varint(bytes.len() as u64);
    for part in bytes.chunks(1 << 16) {
        // A literal whose length less one follows in two bytes.
        out.0.push(61 << 2);
        out.0.extend(((part.len() - 1) as u16).to_le_bytes());
        out.0.extend(part);
    }
    out.0
}
