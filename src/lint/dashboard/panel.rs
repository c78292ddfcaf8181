//! Rules about panels.

use crate::diag::diagnostic::Diagnostic;
use crate::grafana::model::{Dashboard, Panel};

/// What the panel rules find.
pub(super) fn check(board: &Dashboard, panel: &Panel) -> Vec<Diagnostic> {
    let kind = panel.kind.as_str();
    let graph = matches!(kind, "singlestat" | "graph" | "table" | "timeseries");
    let shows = graph || matches!(kind, "stat" | "gauge");
    let name = &panel.title;
    let new = |rule, what: &str, label: &str, help: &str| {
        let title = format!("panel `{name}` {what}");
        Diagnostic::warning(rule, title).at(panel.span, label).help(help)
    };
    // What a panel of the library shows is checked with the library.
    if panel.library || !shows {
        return Vec::new();
    }
    let mut out = Vec::new();
    let sources = board.variables.iter();
    let mut sources = sources.filter(|it| it.kind.eq_ignore_ascii_case("datasource"));
    let is_use = |name: &str| {
        let uid = &panel.datasource.uid;
        *uid == format!("${name}") || *uid == format!("${{{name}}}")
    };
    if graph && !sources.any(|it| is_use(&it.name)) {
        let label = format!("its data source is `{}`", panel.datasource.uid);
        out.push(new(
            "panel-datasource-rule",
            "has a data source that cannot be chosen",
            &label,
            "let it be `${datasource}`",
        ));
    }
    if panel.title.is_empty() || panel.description.is_empty() {
        let lacks = match panel.title.is_empty() {
            true => "has no title",
            false => "has no description",
        };
        let help = "say in a sentence what it shows, and what is normal";
        out.push(new("panel-title-description-rule", lacks, "this panel", help));
    }
    let texts = panel.mapped || kind == "stat" && panel.fields;
    if !texts && !panel.unit.as_deref().is_some_and(is_unit) {
        let label = match &panel.unit {
            Some(unit) => format!("its unit is `{unit}`"),
            None => "this panel".to_owned(),
        };
        out.push(new(
            "panel-units-rule",
            "has no unit that is known",
            &label,
            "set `unit`; `none` and `short` are units too",
        ));
    }
    if panel.targets.is_none() {
        out.push(new(
            "panel-no-targets-rule",
            "asks for nothing",
            "this panel",
            "add a query",
        ));
    }
    out
}

/// Units that dashboard-linter knows, an older list than Grafana's, and those that their
/// authors make, which it does not know.
fn is_unit(unit: &str) -> bool {
    let made = unit.starts_with("suffix:") || unit.starts_with("prefix:");
    made || UNITS.split_ascii_whitespace().any(|it| it == unit)
}

const UNITS: &str = "
none string short percent percentunit humidity dB hex0x hex sci locale pixel accMS2
accFS2 accG degree radian grad arcmin arcsec areaM2 areaF2 areaMI2 flops mflops gflops
tflops pflops eflops zflops yflops ppm conppb conngm3 conngNm3 conμgm3 conμgNm3
conmgm3 conmgNm3 congm3 congNm3 conmgdL conmmolL currencyUSD currencyGBP currencyEUR
currencyJPY currencyRUB currencyUAH currencyBRL currencyDKK currencyISK currencyNOK
currencySEK currencyCZK currencyCHF currencyPLN currencyBTC currencymBTC currencyμBTC
currencyZAR currencyINR currencyKRW currencyIDR currencyPHP currencyVND bytes decbytes
bits decbits kbytes deckbytes mbytes decmbytes gbytes decgbytes tbytes dectbytes
pbytes decpbytes pps binBps Bps binbps bps KiBs Kibits KBs Kbits MiBs Mibits MBs Mbits
GiBs Gibits GBs Gbits TiBs Tibits TBs Tbits PiBs Pibits PBs Pbits dateTimeAsIso
dateTimeAsIsoNoDateIfToday dateTimeAsUS dateTimeAsUSNoDateIfToday dateTimeAsLocal
dateTimeAsLocalNoDateIfToday dateTimeAsSystem dateTimeFromNow watt kwatt megwatt gwatt
mwatt Wm2 voltamp kvoltamp voltampreact kvoltampreact watth watthperkg kwatth kwattm
amph kamph mamph joule ev amp kamp mamp volt kvolt mvolt dBm ohm kohm Mohm farad
µfarad nfarad pfarad ffarad henry mhenry µhenry lumens flowgpm flowcms flowcfs flowcfm
litreh flowlpm flowmlpm lux forceNm forcekNm forceN forcekN Hs KHs MHs GHs THs PHs EHs
massmg massg masslb masskg masst lengthmm lengthin lengthft lengthm lengthkm lengthmi
pressurembar pressurebar pressurekbar pressurepa pressurehpa pressurekpa pressurehg
pressurepsi radbq radci radgy radrad radsv radmsv radusv radrem radexpckg radr radsvh
radmsvh radusvh rotrpm rothz rotrads rotdegs celsius fahrenheit kelvin hertz ns µs ms
s m h d dtdurationms dtdurations dthms dtdhms timeticks clockms clocks cps ops reqps
rps wps iops cpm opm rpm wpm mps mpm velocityms velocitykmh velocitymph velocityknot
mlitre litre m3 Nm3 dm3 gallons bool bool_yes_no bool_on_off
";
