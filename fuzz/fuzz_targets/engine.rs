#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| aqua_alerts_fuzz::engine::check(data));
