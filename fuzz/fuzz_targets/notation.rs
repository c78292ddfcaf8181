#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| aqua_alerts_fuzz::notation::check(text));
