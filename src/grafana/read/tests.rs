use super::*;

fn board(text: &str) -> Dashboard {
    read(FileId(0), "x.json", text).unwrap()
}

fn queries(text: &str) -> Vec<String> {
    board(text).queries().map(Text::to_string).collect()
}

#[test]
fn queries_are_found_with_their_places() {
    let text = "{\"panels\": [{\"targets\": [\n  {\"expr\": \"a{b=\\\"c\\\"} \\u003e 1\", \
         \"legendFormat\": \"expr\"},\n  {\"datasource\": {\"type\": \"loki\"}, \
         \"expr\": \"{x}\"}]}]}";
    let board = board(text);
    let got: Vec<&Text> = board.queries().collect();
    let [query] = &got[..] else { panic!("{got:?}") };
    assert_eq!(query.as_str(), "a{b=\"c\"} > 1");
    let place = query.place(9, 10).span;
    assert_eq!(&text[place.start as usize..place.end as usize], "\\u003e");
}

#[test]
fn panels_are_found_wherever_they_are() {
    let nested = r#"{"panels": [{"type": "row", "repeat": "job", "panels": [
        {"targets": [{"expr": "a"}]}]}, {"type": "timeseries", "targets": [{"expr": "b"},
        {"expr": ""}, {"datasource": {"type": "loki", "uid": "l"}, "expr": "{c}"}, 7]}],
        "rows": [{"panels": [{"targets": [{"expr": "d"}]}]}],
        "annotations": {"list": [{"datasource": {"type": "grafana"}, "expr": "no"},
        {"datasource": "${datasource}", "expr": "ALERTS"}]}}"#;
    assert_eq!(queries(nested), ["d", "a", "b", "ALERTS"]);
    let repeats: Vec<_> =
        board(nested).panels.iter().map(|it| it.repeat.clone()).collect();
    let job = || Some("job".to_owned());
    assert_eq!(repeats, [None, job(), job(), job()]);
    let wrapped =
        r#"{"meta": {}, "dashboard": {"panels": [{"targets": [{"expr": "a"}]}]}}"#;
    assert_eq!(queries(wrapped), ["a"]);
    let object =
        r#"{"kind": "Dashboard", "spec": {"panels": [{"targets": [{"expr": "a"}]}]}}"#;
    assert_eq!(queries(object), ["a"]);
}

#[test]
fn the_second_schema_is_read() {
    let text = r#"{
      "apiVersion": "dashboard.grafana.app/v2", "metadata": {"name": "uid"},
      "spec": {
        "title": "T", "editable": true,
        "elements": {
          "panel-1": {"kind": "Panel", "spec": {"id": 1, "title": "P", "data": {"spec": {
            "queries": [{"spec": {"query": {"group": "prometheus", "spec": {"expr": "up"}}}},
                        {"spec": {"query": {"group": "loki", "spec": {"expr": "{a}"}}}}]}},
            "vizConfig": {"group": "timeseries", "spec": {"fieldConfig":
              {"defaults": {"unit": "s"}}}}}},
          "panel-2": {"kind": "LibraryPanel", "spec": {"id": 2, "title": "L"}}
        },
        "variables": [
          {"kind": "QueryVariable", "spec": {"name": "job", "refresh": "onTimeRangeChanged",
            "query": {"group": "prometheus", "spec": {"query": "label_values(up, job)"}}}},
          {"kind": "DatasourceVariable", "spec": {"name": "datasource",
            "pluginId": "prometheus"}}],
        "annotations": [{"spec": {"query": {"group": "prometheus",
          "spec": {"expr": "ALERTS"}}}}]
      }}"#;
    let board = board(text);
    let got: Vec<_> = board.queries().map(Text::to_string).collect();
    assert_eq!(got, ["up", "ALERTS"]);
    let [panel, library] = &board.panels[..] else { panic!("{board:?}") };
    assert_eq!((panel.kind.as_str(), panel.unit.as_deref()), ("timeseries", Some("s")));
    assert!(library.library && !panel.library);
    let [job, source] = &board.variables[..] else { panic!("{board:?}") };
    let query = |it: &Variable| it.query.as_ref().map(Text::to_string);
    assert_eq!(query(job).as_deref(), Some("label_values(up, job)"));
    assert_eq!((job.kind.as_str(), job.refresh), ("query", 2));
    assert_eq!(query(source).as_deref(), Some("prometheus"));
    assert_eq!(source.kind, "datasource");
    assert_eq!(board.uid.as_ref().map(Text::as_str), Some("uid"));
}

#[test]
fn what_is_no_dashboard_is_said() {
    for (text, code) in [
        ("{\n \"a\": }", "bad-json"),
        ("\u{feff}{}", "bad-json"),
        ("{}", "bad-dashboard"),
        ("[]", "bad-dashboard"),
        ("null", "bad-dashboard"),
    ] {
        assert_eq!(read(FileId(0), "x.json", text).unwrap_err().code, code, "{text}");
    }
}

/// Whatever stands where: nothing panics, and every place lies in the text.
#[test]
fn mutated_dashboards_are_read_or_refused() {
    let seed = include_str!("seed.json");
    let parts = [
        "null", "0", "-1e9", "\"\"", "[]", "{}", "true", "\"$x\"", "[[[]]]", "\u{fc}",
        "\\ud83d", "\\", "\"", ":", ",", "{", "}", "[", "]", "\u{feff}",
    ];
    let mut state = 1_u64;
    let mut random = |n: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n.max(1)
    };
    let mut n_read = 0;
    for _ in 0..4000 {
        let mut text = seed.to_owned();
        for _ in 0..1 + random(3) {
            // Half of them change a whole value, which often leaves JSON.
            let from = text.floor_char_boundary(random(text.len() + 1));
            let (start, end) = match random(2) {
                0 => (from, text.ceil_char_boundary((from + random(6)).min(text.len()))),
                _ => match text[from..].find(": ") {
                    None => (from, from),
                    Some(at) => {
                        let start = from + at + 2;
                        let len = text[start..].find([',', '}', ']', '\n']).unwrap_or(0);
                        (start, start + len)
                    }
                },
            };
            text.replace_range(start..end, parts[random(parts.len())]);
        }
        let inside = |it: Span| it.start <= it.end && it.end as usize <= text.len();
        match read(FileId(0), "x.json", &text) {
            Ok(board) => {
                n_read += 1;
                let panels = board.panels.iter().flat_map(|it| [it.span, it.id_span]);
                let variables = board.variables.iter().map(|it| it.span);
                let queries = board.queries().map(Text::span);
                assert!(panels.chain(variables).chain(queries).all(inside), "{text}");
            }
            Err(fault) => assert!(fault.place().is_none_or(inside), "{text}"),
        }
    }
    assert!(300 < n_read, "only {n_read} could be read");
}
