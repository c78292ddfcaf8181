//! From amounts to Grafana's ids, multiples and parts included.

use super::{Amount, What, metric};

type Ids = &'static [(&'static str, f64)];

const KIB: f64 = 1024.0;
const MIB: f64 = KIB * KIB;
const GIB: f64 = MIB * KIB;
const TIB: f64 = GIB * KIB;

const RATIO: Ids = &[("percentunit", 1.0), ("percent", 100.0)];
// Grafana's dates are milliseconds; those in seconds would all be in January 1970.
const TIMESTAMP: Ids = &[("dateTimeAsIso", 1e3)];

/// The ids of base units with those of their multiples, and the value of one in each.
const MEASURED: &[Ids] = &[
    &[
        ("s", 1.0),
        ("ms", 1e3),
        ("µs", 1e6),
        ("ns", 1e9),
        ("m", 1.0 / 60.0),
        ("h", 1.0 / 3600.0),
        ("d", 1.0 / 86_400.0),
    ],
    &[
        ("bytes", 1.0),
        ("kbytes", 1.0 / KIB),
        ("mbytes", 1.0 / MIB),
        ("gbytes", 1.0 / GIB),
        ("tbytes", 1.0 / TIB),
        ("deckbytes", 1e-3),
        ("decmbytes", 1e-6),
        ("decgbytes", 1e-9),
        ("dectbytes", 1e-12),
        ("bits", 8.0),
    ],
    &[("massg", 1.0), ("massmg", 1e3), ("masskg", 1e-3), ("masst", 1e-6)],
    &[("joule", 1.0), ("watth", 1.0 / 3600.0), ("kwatth", 1.0 / 3.6e6)],
    &[("watt", 1.0), ("mwatt", 1e3), ("kwatt", 1e-3), ("megwatt", 1e-6), ("gwatt", 1e-9)],
    &[("volt", 1.0), ("mvolt", 1e3), ("kvolt", 1e-3)],
    &[("amp", 1.0), ("mamp", 1e3), ("kamp", 1e-3)],
    &[("lengthm", 1.0), ("lengthmm", 1e3), ("lengthcm", 1e2), ("lengthkm", 1e-3)],
    &[("litre", 1.0), ("mlitre", 1e3), ("m3", 1e-3)],
    &[("hertz", 1.0), ("rotkhz", 1e-3), ("rotmhz", 1e-6), ("rotghz", 1e-9)],
];

/// The same of so many a second.
const PER_SECOND: &[(&str, Ids)] = &[
    // Seconds a second: how much of the time.
    ("s", RATIO),
    (
        "bytes",
        &[
            ("Bps", 1.0),
            ("KiBs", 1.0 / KIB),
            ("MiBs", 1.0 / MIB),
            ("GiBs", 1.0 / GIB),
            ("KBs", 1e-3),
            ("MBs", 1e-6),
            ("GBs", 1e-9),
            ("bps", 8.0),
            ("Kbits", 8e-3),
            ("Mbits", 8e-6),
            ("Gbits", 8e-9),
        ],
    ),
    ("joule", &[("watt", 1.0), ("kwatt", 1e-3), ("megwatt", 1e-6)]),
    ("lengthm", &[("velocityms", 1.0), ("velocitykmh", 3.6)]),
];

/// Ids of things a second and a minute.
const PER_MINUTE: &[(&str, &str)] = &[
    ("cps", "cpm"),
    ("ops", "opm"),
    ("reqps", "reqpm"),
    ("rps", "rpm"),
    ("wps", "wpm"),
    ("eps", "epm"),
    ("mps", "mpm"),
    ("recps", "recpm"),
    ("rowsps", "rowspm"),
];

/// Grafana's id of the unit of an amount.
pub(super) fn id(it: &Amount) -> Option<&'static str> {
    match (&it.what, it.per_second) {
        (What::Count(_), false) => pick(&[("short", 1.0)], it.scale),
        (What::Count(of), true) => {
            let id = metric::a_second(of);
            match PER_MINUTE.iter().find(|it| it.0 == id) {
                Some((_, minute)) => pick(&[(id, 1.0), (*minute, 60.0)], it.scale),
                None => pick(&[(id, 1.0)], it.scale),
            }
        }
        (What::Ratio, false) => pick(RATIO, it.scale),
        (What::Timestamp, false) => {
            TIMESTAMP.iter().find(|id| same(id.1, it.scale)).map(|it| it.0)
        }
        (What::Measured(id), false) => {
            match MEASURED.iter().find(|ids| ids[0].0 == *id) {
                Some(ids) => pick(ids, it.scale),
                None => pick(&[(*id, 1.0)], it.scale),
            }
        }
        (What::Measured(id), true) => {
            let ids = PER_SECOND.iter().find(|ids| ids.0 == *id)?.1;
            pick(ids, it.scale)
        }
        (What::Ratio | What::Timestamp, true) | (What::Flag | What::Opaque(_), _) => None,
    }
}

/// Units of which others are a little more or less: miles an hour, gallons, degrees.
const EXACT: &[&str] = &[
    "celsius",
    "fahrenheit",
    "kelvin",
    "lengthm",
    "litre",
    "massg",
    "pressurepa",
    "velocityms",
];

/// The id of a scale. What is a little more or less than one is measured in ones all the
/// same: `1.2 * x_bytes`; other factors may be conversions.
fn pick(ids: &[(&'static str, f64)], scale: f64) -> Option<&'static str> {
    match ids.iter().find(|it| same(it.1, scale)) {
        Some(it) => Some(it.0),
        None if EXACT.contains(&ids[0].0) => None,
        None => (0.5..=2.0).contains(&scale).then(|| ids[0].0),
    }
}

/// Whether two scales are the same, but for rounding.
pub(super) fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}
