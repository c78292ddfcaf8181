use expect_test::{Expect, expect};

use super::*;
use crate::diag::render::{Config, render};
use crate::diag::source::SourceMap;

fn formatted(text: &str, kind: Kind) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("alerts/a.toml", text);
    let mut sink = Sink::new();
    match format(file, &text.into(), kind, &mut sink) {
        Some(it) => it,
        None => render(&sink.into_sorted(), &sources, Config::PLAIN),
    }
}

fn check(text: &str, expect: Expect) {
    let out = formatted(text, Kind::Alerts);
    expect.assert_eq(&out);
    assert_eq!(formatted(&out, Kind::Alerts), out, "again");
}

#[test]
fn blanks_and_empty_lines_are_the_same_everywhere() {
    check(
        "\n\n  # first\nowner=\"a\"   # why\n\n\n\n[ alert . A ]\nexpr = 'up'\n\nlabels={a=\"b\",c = 'd' }\t# x  \nlist=[ 1,2 ,\n\n3, # three\n   [4,5],\n] \n\n",
        expect![[r##"
            # first
            owner = "a"  # why

            [alert.A]
            expr = 'up'

            labels = { a = "b", c = 'd' }  # x
            list   = [1, 2,

              3,  # three
              [4, 5],
            ]
        "##]],
    );
}

#[test]
fn keys_of_a_table_stand_in_one_column() {
    check(
        "[alert.A]\nseverity = \"critical\"\nexpr = 'up'\nfor = \"1m\"\nenv.staging.for = \"5m\"\nenv.staging.critical.for = \"5m\"\nenv.x = false\n# word\nsummary = \"s\"\n\n[record]\n\"job:x:y\" = '''\nup\n'''\n\"job:xx:yy\" = 'up'\n",
        expect![[r#"
            [alert.A]
            severity = "critical"
            expr     = 'up'
            for      = "1m"
            env.staging.for          = "5m"
            env.staging.critical.for = "5m"
            env.x    = false
            # word
            summary  = "s"

            [record]
            "job:x:y"   = '''
            up
            '''
            "job:xx:yy" = 'up'
        "#]],
    );
}

#[test]
fn comments_of_neighbouring_lines_stand_in_one_column() {
    check(
        "[alert.A]\nexpr = 'up'      # one\nfor = \"1m\" # two\nseverity = \"warning\"\nsummary = \"long\" # three\n",
        expect![[r#"
            [alert.A]
            expr     = 'up'  # one
            for      = "1m"  # two
            severity = "warning"
            summary  = "long"  # three
        "#]],
    );
}

#[test]
fn expressions_are_laid_out() {
    check(
        r#"[alert.A]
expr = 'SUM(rate(x{ a = "b" ,${own} }[ ${w} ]) ) BY (job)>${limit}'
[alert.B]
expr = 'sum by (job, namespace) (rate(http_requests_total{${own},status=~"5.."}[5m])) / sum by (job, namespace) (rate(http_requests_total{${own}}[5m])) > ${ratio}'
[alert.C]
expr = """
a{${own}}
and b
"""
[alert.D]
expr = "up{job=\"api\"}  == 0"
[alert.E]
expr = '''
count by (farm) (
  time() - max by (namespace, farm, tank, sensor) (aqua_sensor_last_reading_timestamp_seconds{${own}}) > ${age}) > 0
'''
"#,
        expect![[r#"
            [alert.A]
            expr = 'sum by (job) (rate(x{a="b",${own}}[${w}])) > ${limit}'
            [alert.B]
            expr = '''
            sum by (job, namespace) (rate(http_requests_total{${own},status=~"5.."}[5m]))
              / sum by (job, namespace) (rate(http_requests_total{${own}}[5m]))
              > ${ratio}
            '''
            [alert.C]
            expr = """
            a{${own}}
            and b
            """
            [alert.D]
            expr = 'up{job="api"} == 0'
            [alert.E]
            expr = '''
            count by (farm) (
              time() - max by (namespace, farm, tank, sensor) (aqua_sensor_last_reading_timestamp_seconds{${own}})
                > ${age}
            ) > 0
            '''
        "#]],
    );
}

#[test]
fn what_cannot_be_known_stays_as_it_is() {
    check(
        r#"[alert.A]
expr = 'x{a="b"}   ${op}  1'
[alert.B]
expr = '''
up   # in the house
 ==0
'''
[alert.C]
expr = 'up{'
[alert.D]
expr = 'x @ ${time}   >  1'
[alert.E]
expr = 'up  == 0'
absent = { for = "1m", expr = 'sum by (job, namespace) (rate(http_requests_total{${own},status=~"5.."}[5m])) / sum by (job, namespace) (rate(http_requests_total{${own}}[5m]))' }
"#,
        expect![[r#"
            [alert.A]
            expr = 'x{a="b"}   ${op}  1'
            [alert.B]
            expr = '''
            up   # in the house
             ==0
            '''
            [alert.C]
            expr = 'up{'
            [alert.D]
            expr = 'x @ ${time}   >  1'
            [alert.E]
            expr   = 'up == 0'
            absent = { for = "1m", expr = 'sum by (job, namespace) (rate(http_requests_total{${own},status=~"5.."}[5m])) / sum by (job, namespace) (rate(http_requests_total{${own}}[5m]))' }
        "#]],
    );
}

#[test]
fn a_broken_file_is_no_file() {
    expect![[r#"
        error[toml-syntax]: array is not closed
         --> alerts/a.toml:1:5
          |
        1 | a = [1
          |     ^ no `]` ends this

    "#]]
    .assert_eq(&formatted("a = [1\n", Kind::Alerts));
}

#[test]
fn a_file_with_a_key_twice_stays_as_it_is() {
    let said = formatted("a=1\na=2\n", Kind::Alerts);
    assert!(said.starts_with("error[duplicate-key]"), "{said}");
}

#[test]
fn line_ends_and_marks_of_the_author_stay() {
    let text = "\u{feff}a=1\r\n\r\n\r\nb='''\r\nx\r\n'''\r\n";
    let expected = "\u{feff}a = 1\r\n\r\nb = '''\r\nx\r\n'''\r\n";
    assert_eq!(formatted(text, Kind::Other), expected);
    assert_eq!(formatted("", Kind::Other), "");
    assert_eq!(formatted("a=1", Kind::Other), "a = 1\n");
}
