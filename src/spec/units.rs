//! The units that a dashboard can show, and the ways to make one value of a series: the
//! ids of Grafana 13.

use crate::diag::suggest;
use crate::doc::keys::{Fault, Form};

/// All units.
#[rustfmt::skip]
pub const UNITS: &[&str] = &[
    "none", "string", "short", "sishort", "percent", "percentunit", "humidity", "dB",
    "candela", "hex0x", "hex", "sci", "locale", "pixel", "accMS2", "accFS2", "accG",
    "degree", "radian", "grad", "arcmin", "arcsec", "areaM2", "areaF2", "areaMI2",
    "acres", "hectares", "flops", "mflops", "gflops", "tflops", "pflops", "eflops",
    "zflops", "yflops", "ppm", "conppb", "conngm3", "conngNm3", "conμgm3", "conμgNm3",
    "conmgm3", "conmgNm3", "congm3", "congNm3", "conmgdL", "conmmolL", "currencyUSD",
    "currencyGBP", "currencyEUR", "currencyJPY", "currencyRUB", "currencyUAH",
    "currencyBRL", "currencyDKK", "currencyISK", "currencyNOK", "currencySEK",
    "currencyCZK", "currencyCHF", "currencyPLN", "currencyBTC", "currencymBTC",
    "currencyμBTC", "currencyZAR", "currencyINR", "currencyKRW", "currencyIDR",
    "currencyPHP", "currencyVND", "currencyTRY", "currencyMYR", "currencyXPF",
    "currencyBGN", "currencyPYG", "currencyUYU", "currencyILS", "bytes", "decbytes",
    "bits", "decbits", "kbytes", "deckbytes", "mbytes", "decmbytes", "gbytes",
    "decgbytes", "tbytes", "dectbytes", "pbytes", "decpbytes", "pps", "binBps", "Bps",
    "binbps", "bps", "KiBs", "Kibits", "KBs", "Kbits", "MiBs", "Mibits", "MBs", "Mbits",
    "GiBs", "Gibits", "GBs", "Gbits", "TiBs", "Tibits", "TBs", "Tbits", "PiBs",
    "Pibits", "PBs", "Pbits", "dateTimeAsIso", "dateTimeAsIsoNoDateIfToday",
    "dateTimeAsUS", "dateTimeAsUSNoDateIfToday", "dateTimeAsLocal",
    "dateTimeAsLocalNoDateIfToday", "dateTimeAsSystem", "dateTimeFromNow", "watt",
    "kwatt", "megwatt", "gwatt", "mwatt", "Wm2", "voltamp", "kvoltamp", "voltampreact",
    "kvoltampreact", "watth", "watthperkg", "kwatth", "kwattm", "mwatth", "amph",
    "kamph", "mamph", "joule", "ev", "amp", "kamp", "mamp", "volt", "kvolt", "mvolt",
    "dBm", "mohm", "ohm", "kohm", "Mohm", "farad", "µfarad", "nfarad", "pfarad",
    "ffarad", "henry", "mhenry", "µhenry", "lumens", "flowgpm", "flowcms", "flowcfs",
    "flowcfm", "litreh", "flowlpm", "flowmlpm", "lux", "forceNm", "forcekNm", "forceN",
    "forcekN", "Hs", "KHs", "MHs", "GHs", "THs", "PHs", "EHs", "massmg", "massg",
    "masslb", "masskg", "masst", "lengthmm", "lengthcm", "lengthin", "lengthft",
    "lengthm", "lengthkm", "lengthmi", "pressurembar", "pressurebar", "pressurekbar",
    "pressurepa", "pressurehpa", "pressurekpa", "pressurehg", "pressurepsi", "radbq",
    "radci", "radgy", "radrad", "radsv", "radmsv", "radusv", "radrem", "radexpckg",
    "radr", "radsvh", "radmsvh", "radusvh", "rotrpm", "rothz", "rotkhz", "rotmhz",
    "rotghz", "rotrads", "rotdegs", "celsius", "fahrenheit", "kelvin", "hertz", "ns",
    "µs", "ms", "s", "m", "h", "d", "dtdurationms", "dtdurations", "dthms", "dtdhms",
    "timeticks", "clockms", "clocks", "cps", "ops", "reqps", "rps", "wps", "iops",
    "eps", "mps", "recps", "rowsps", "cpm", "opm", "reqpm", "rpm", "wpm", "epm", "mpm",
    "recpm", "rowspm", "velocityms", "velocitykmh", "velocitymph", "velocityknot",
    "mlitre", "litre", "m3", "Nm3", "dm3", "gallons", "bool", "bool_yes_no",
    "bool_on_off",
];

/// What other units begin with: Grafana's `getValueFormat`.
const CUSTOM: &[&str] =
    &["suffix:", "prefix:", "time:", "si:", "count:", "currency:", "bool:"];

/// A unit: one of [`UNITS`], or one that its author makes.
pub static UNIT_FORM: Form = Form {
    name: "a unit",
    pattern: "^(suffix|prefix|time|si|count|currency|bool):.",
    parameters: false,
    fault: |text| {
        if is_unit(text) {
            return None;
        }
        let bare = text.trim().to_lowercase();
        let called = CALLED.iter().find(|it| it.0.contains(&bare.as_str()));
        let near = called.map(|it| it.1).or_else(|| {
            let known = UNITS.iter().copied();
            suggest::nearest(text, known)
        });
        let (label, help) = match (near, CUSTOM.contains(&text)) {
            (_, true) => ("says no unit", format!("write what follows: `{text}mg/l`")),
            (Some(near), _) => ("is no unit of Grafana's", format!("write `{near}`")),
            (None, _) if text.is_empty() => ("is empty", "write `short`".to_owned()),
            (None, _) => (
                "is no unit of Grafana's",
                format!("write `suffix:{bare}`, or an id such as `s` and `bytes`"),
            ),
        };
        Fault::new(label, help)
    },
};

/// Whether Grafana has a unit, or takes it from those who make one.
pub fn is_unit(text: &str) -> bool {
    let custom = |it: &str| text.strip_prefix(it).is_some_and(|it| !it.is_empty());
    UNITS.contains(&text) || CUSTOM.iter().any(|it| custom(it))
}

/// What people call units, in small letters.
const CALLED: &[(&[&str], &str)] = &[
    (&["seconds", "second", "secs", "sec", "duration"], "s"),
    (&["milliseconds", "millisecond", "millis", "msec"], "ms"),
    (&["microseconds", "microsecond", "micros", "us", "usec"], "µs"),
    (&["nanoseconds", "nanosecond", "nanos"], "ns"),
    (&["minutes", "minute", "min", "mins"], "m"),
    (&["hours", "hour"], "h"),
    (&["days", "day"], "d"),
    (&["byte", "b", "bytes(iec)", "bytes (iec)"], "bytes"),
    (&["bytes(si)", "bytes (si)"], "decbytes"),
    (&["kb", "kib", "kilobytes", "kibibytes"], "kbytes"),
    (&["mb", "mib", "megabytes", "mebibytes"], "mbytes"),
    (&["gb", "gib", "gigabytes", "gigabyte", "gibibytes"], "gbytes"),
    (&["tb", "tib", "terabytes", "tebibytes"], "tbytes"),
    (&["bit"], "bits"),
    (&["bytes/s", "bytes/sec", "b/s", "byte/s", "bytes per second"], "Bps"),
    (&["bits/s", "bits/sec", "bit/s", "bits per second"], "bps"),
    (&["packets/s", "packets/sec", "p/s"], "pps"),
    (
        &["%", "percentage", "percents", "pct", "percent 0-100", "percent (0-100)"],
        "percent",
    ),
    (
        &[
            "ratio",
            "fraction",
            "percent 0-1",
            "percent(0-1)",
            "percent (0-1)",
            "percent 0.0-1.0",
            "percent (0.0-1.0)",
        ],
        "percentunit",
    ),
    (&["requests/s", "requests/sec", "req/s", "requests per second", "qps"], "reqps"),
    (&["operations/s", "ops/s", "ops/sec", "operations per second"], "ops"),
    (&["counts/s", "counts/sec", "c/s", "1/s", "per second"], "cps"),
    (&["events/s", "events/sec"], "eps"),
    (&["messages/s", "messages/sec", "msgs/s", "msg/s"], "mps"),
    (&["records/s", "records/sec"], "recps"),
    (&["rows/s", "rows/sec"], "rowsps"),
    (&["reads/s", "reads/sec"], "rps"),
    (&["writes/s", "writes/sec"], "wps"),
    (&["number", "count", "integer", "int"], "short"),
    (&["no unit", "unitless", "plain"], "none"),
    (&["boolean"], "bool"),
    (&["date", "datetime", "timestamp", "datetimeiso"], "dateTimeAsIso"),
    (&["from now", "age", "relative"], "dateTimeFromNow"),
    (&["°c", "c", "centigrade", "degc"], "celsius"),
    (&["°f", "f", "degf"], "fahrenheit"),
    (&["k", "kelvins"], "kelvin"),
    (&["hz", "hertzs"], "hertz"),
    (&["volts", "v"], "volt"),
    (&["amperes", "ampere", "amps"], "amp"),
    (&["watts", "w"], "watt"),
    (&["joules", "j"], "joule"),
    (&["ohms", "ω"], "ohm"),
    (&["grams", "gram", "g"], "massg"),
    (&["kilograms", "kilogram", "kg"], "masskg"),
    (&["liters", "liter", "litres", "l"], "litre"),
    (&["cubic metres", "cubic meters", "m³"], "m3"),
    (&["meters", "meter", "metres", "metre"], "lengthm"),
    (&["usd", "$", "dollars"], "currencyUSD"),
    (&["eur", "€", "euro", "euros"], "currencyEUR"),
    (&["gbp", "£", "pounds"], "currencyGBP"),
];

/// All reducers.
#[rustfmt::skip]
pub const REDUCERS: &[&str] = &[
    "lastNotNull", "last", "firstNotNull", "first", "min", "max", "mean", "median",
    "variance", "stdDev", "sum", "count", "countAll", "range", "delta", "step", "diff",
    "logmin", "allIsZero", "allIsNull", "changeCount", "distinctCount", "diffperc",
    "allValues", "uniqueValues", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9",
    "p10", "p11", "p12", "p13", "p14", "p15", "p16", "p17", "p18", "p19", "p20", "p21",
    "p22", "p23", "p24", "p25", "p26", "p27", "p28", "p29", "p30", "p31", "p32", "p33",
    "p34", "p35", "p36", "p37", "p38", "p39", "p40", "p41", "p42", "p43", "p44", "p45",
    "p46", "p47", "p48", "p49", "p50", "p51", "p52", "p53", "p54", "p55", "p56", "p57",
    "p58", "p59", "p60", "p61", "p62", "p63", "p64", "p65", "p66", "p67", "p68", "p69",
    "p70", "p71", "p72", "p73", "p74", "p75", "p76", "p77", "p78", "p79", "p80", "p81",
    "p82", "p83", "p84", "p85", "p86", "p87", "p88", "p89", "p90", "p91", "p92", "p93",
    "p94", "p95", "p96", "p97", "p98", "p99",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_call_units_leads_to_them() {
        let mut words: Vec<&str> = CALLED.iter().flat_map(|it| it.0).copied().collect();
        assert!(CALLED.iter().all(|it| UNITS.contains(&it.1)));
        assert!(words.iter().all(|it| !UNITS.contains(it) && *it == it.to_lowercase()));
        let n_words = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), n_words);
    }

    #[test]
    fn units_are_grafanas_or_made() {
        let help = |it| (UNIT_FORM.fault)(it).map(|it| it.help);
        for it in ["s", "suffix:mg/l", "prefix:~", "currency:financial:€:suffix"] {
            assert_eq!(help(it), None, "{it}");
        }
        for (text, expect) in [
            ("seconds", "write `s`"),
            ("Percent (0.0-1.0)", "write `percentunit`"),
            ("percentunits", "write `percentunit`"),
            ("suffix:", "write what follows: `suffix:mg/l`"),
            ("fish", "write `suffix:fish`, or an id such as `s` and `bytes`"),
        ] {
            assert_eq!(help(text).as_deref(), Some(expect), "{text}");
        }
    }

    #[test]
    fn every_unit_stands_there_once() {
        let mut units = UNITS.to_vec();
        units.sort_unstable();
        units.dedup();
        assert_eq!(units.len(), UNITS.len());
        assert!(
            ["percentunit", "s", "bytes", "reqps", "short"]
                .iter()
                .all(|it| units.contains(it))
        );
    }
}
