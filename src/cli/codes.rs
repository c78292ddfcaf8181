//! What the codes of messages mean, beside those of lints.

/// Codes and what they mean, in Markdown.
pub const CODES: &[(&str, &str)] = &[
    (
        "bad-argument",
        "An argument of the command line says nothing that the program knows: a report of an unknown kind, a pattern that is no regular expression, a lint that there is not.",
    ),
    (
        "bad-assertion",
        "An expectation of a test is not written as one: `ApiDown = \"firing 5m..\"`, or a table with `is`.",
    ),
    (
        "bad-certificates",
        "The file that `[runbooks.online] ca` names holds no certificate in PEM.",
    ),
    (
        "bad-comment",
        "A comment `# aqua-alerts: …` in a rule file is not `# aqua-alerts: allow LINT: why`, and so allows nothing.",
    ),
    (
        "bad-dashboard",
        "A JSON file under `dashboards/` is no dashboard of Grafana: neither the classic schema nor the second.",
    ),
    (
        "bad-duration",
        "A duration is not written as Prometheus writes it: numbers with `y`, `w`, `d`, `h`, `m`, `s`, `ms`, the longest unit first. `5m`, `1h30m`.",
    ),
    (
        "bad-filter",
        "The filter of a list of alerts is not made of matchers such as `severity=\"critical\"`.",
    ),
    ("bad-json", "A JSON file is no JSON."),
    ("bad-labels", "Labels in a test are not written as `{name=\"value\"}`."),
    (
        "bad-link",
        "A link leads to several places, or to what it cannot lead to from where it stands.",
    ),
    (
        "bad-mapping",
        "A mapping of a panel does not name values and what to show for them.",
    ),
    (
        "bad-name",
        "A name has characters that Prometheus, or the naming scheme of the project's server, does not take.",
    ),
    (
        "bad-parameter",
        "`${…}` is not closed, or what stands in it is no name. `$${` stands for `${` itself.",
    ),
    (
        "bad-path",
        "A path is absolute, leads out of the folder that it belongs to, or is otherwise not one that may be read or written there.",
    ),
    (
        "bad-pattern",
        "A pattern of file names, or a regular expression in a test or on a dashboard, is not one.",
    ),
    (
        "bad-sample",
        "A sample in a test is not written as promtool writes it: `{labels} value`.",
    ),
    (
        "bad-selector",
        "What should select alerts in a test is not a name with matchers in braces.",
    ),
    ("bad-series", "Series of a test are not written in promtool's notation."),
    (
        "bad-time-line",
        "What a test expects of an alert over time is not written as a time line: `never`, or `pending 5m..6m, firing 6m..`.",
    ),
    (
        "bad-value",
        "A value in a test or in the manifest is not of the kind that stands there.",
    ),
    (
        "bad-variable",
        "A variable of a dashboard cannot be asked for: its query or its values are at fault.",
    ),
    (
        "between-ticks",
        "A promtool test looks at a time at which no rule is evaluated; it sees the evaluation before.",
    ),
    (
        "changed",
        "`import` wrote something with another meaning than it had, and says where.",
    ),
    ("dashboard-too-large", "A dashboard is larger than a ConfigMap can be."),
    (
        "dashboard-without-uid",
        "A link leads to a dashboard in JSON that has no uid to be found by.",
    ),
    (
        "dropped-series",
        "promtool passes over series of a test in silence, and this test has such.",
    ),
    ("duplicate-dashboard", "Two dashboards are written to the same file."),
    (
        "duplicate-group",
        "Two groups of a file have the same name, which Prometheus refuses.",
    ),
    ("duplicate-key", "A table or mapping has a key twice."),
    ("duplicate-series", "A test gives the same series twice."),
    ("duplicate-service", "Two services have the same name, which is their job."),
    (
        "duplicate-target",
        "A target of the project's own has the name of one that is built in.",
    ),
    ("duplicate-test", "Two tests have the same name."),
    (
        "duplicate-title",
        "Two dashboards have the same title in one folder: people cannot tell them apart.",
    ),
    ("duplicate-uid", "Two dashboards have the same uid: Grafana keeps one of them."),
    (
        "edited-file",
        "`build` leaves a file alone that it wrote once and that was changed since.",
    ),
    (
        "empty-item",
        "A list of groups or rules has an empty item, which Prometheus passes over.",
    ),
    ("empty-test", "A test expects nothing and so proves nothing."),
    (
        "evaluation-fails",
        "A rule file has a literal with which every evaluation of its expression fails.",
    ),
    (
        "file-exists",
        "A file that would be written is there already; `import --force` replaces it.",
    ),
    ("file-too-large", "A file is larger than any that is read."),
    (
        "folder-in-use",
        "Another run is writing into the output folder. Two at a time would mix their files; wait \
         for the other's end.",
    ),
    ("foreign-file", "`build` does not replace a file that it did not write."),
    (
        "format-fault",
        "`fmt` found that a file would not mean the same in its new layout, and left it alone. This is a fault of aqua-alerts.",
    ),
    ("given-twice", "The same thing is given by two keys."),
    (
        "impossible-label",
        "A test expects a label that no result of the alert's expression can carry.",
    ),
    (
        "inhibit-circle",
        "Severities, or tiers of an alert, inhibit each other in a circle: all would be silent.",
    ),
    (
        "inhibits-itself",
        "Source and target of an inhibition select the same alert, which would silence itself.",
    ),
    ("invalid-project", "The project into which `import` should write has errors."),
    (
        "kept-field",
        "`grafana = { … }` replaces a field that is written from other keys and must stay.",
    ),
    ("late-assertion", "A test asserts something after its end."),
    ("left-out", "`import` leaves something out, and says why."),
    ("like-cycle", "Environments inherit from each other in a circle."),
    (
        "long-uid",
        "The uid that a dashboard was given is longer than Grafana takes, with the environment that is added.",
    ),
    (
        "looks-like-rules",
        "A YAML file looks like a rule file but is none, most likely by a slip of the pen.",
    ),
    (
        "looks-like-tests",
        "A YAML file looks like a test file of promtool but is none, most likely by a slip of the pen.",
    ),
    (
        "matches-everything",
        "A service matches every Service or pod of its namespaces: no label tells which are scraped as its job.",
    ),
    ("misplaced-key", "A key means nothing on a panel of this kind."),
    ("missing-key", "A table or mapping lacks a key that it needs."),
    (
        "needs-newer-prometheus",
        "The server's version, `[prometheus] version`, does not know this yet.",
    ),
    (
        "needs-newer-promtool",
        "A test that is written for promtool uses what older ones do not know.",
    ),
    (
        "needs-version",
        "A field of a monitor needs a newer Prometheus than the environment has.",
    ),
    ("nested-too-deep", "A document is nested deeper than any that is read."),
    (
        "network-down",
        "None of several hosts of links could be reached: nothing can be said of the links.",
    ),
    ("no-assertions", "A promtool test asserts nothing and so proves nothing."),
    (
        "no-companion",
        "No condition can be derived for `absent` from the alert's expression: it selects no metric by name, or asks for absence itself.",
    ),
    (
        "no-endpoints",
        "A service has no endpoint in an environment, so that nothing of it is scraped.",
    ),
    ("no-folder", "`[runbooks] source` names a folder that is not there."),
    (
        "no-project",
        "Neither this folder nor one above it has an `aqua-alerts.toml`. `aqua-alerts init DIR` begins a project.",
    ),
    ("no-rule-file", "A rule file that is named is not there."),
    ("no-rules", "A file that should have rules has none."),
    (
        "no-runbooks",
        "An alert names a page, and the manifest does not say where runbooks are.",
    ),
    ("no-such-target", "A target is named that there is not."),
    ("no-template", "A template that the manifest names is not there."),
    ("no-test", "There is no test to run."),
    ("no-tests", "A promtool test file has no tests."),
    ("no-values", "A parameter under `each` has no values."),
    ("not-converted", "Something of the project has no counterpart in what is written."),
    (
        "not-fixed",
        "A change that a lint offers was not made by `--fix`, since there would be an error after it. That is a fault of the program: please report it.",
    ),
    (
        "not-for-promtool",
        "A native test says something that promtool's tests cannot say.",
    ),
    ("not-for-records", "A recording rule has a field that only alerts have."),
    ("not-formatted", "A file is not in the layout that `aqua-alerts fmt` gives it."),
    ("not-utf8", "A file is not UTF-8."),
    (
        "nothing-to-apply",
        "An environment has no object, so that kubectl has nothing to do.",
    ),
    ("nothing-to-import", "None of the files has anything to import."),
    (
        "old-server",
        "Prometheus before 3.0 evaluates windows differently: tests would prove nothing for such a server.",
    ),
    ("other-alert", "An assertion about one alert expects another one."),
    ("out-of-range", "A number is outside of what a key takes."),
    (
        "outlived-series",
        "A series of a test ends, and its last value is still seen for the lookback time.",
    ),
    ("output-among-sources", "`build` would write among the files that it reads."),
    ("output-is-a-file", "A file stands where the output's folder should be."),
    (
        "overwritten-alertname",
        "`alertname` among the expected labels of a promtool test has no effect.",
    ),
    ("pack-cycle", "Packs use each other in a circle."),
    (
        "panel-without-alert",
        "A panel shows an alert that no environment has, or not of the service that it names: it is nowhere.",
    ),
    ("parameter-cycle", "Parameters are defined by each other in a circle."),
    (
        "parameter-shape",
        "The value of a parameter would change the expression around it: a value is one number, string, duration, name or list of matchers.",
    ),
    ("project-in-project", "A new project would be in a folder that another one reads."),
    (
        "promql",
        "An expression is no PromQL, or not of the types that it needs. The message is Prometheus's own.",
    ),
    (
        "promql-info",
        "Prometheus remarks on the evaluation of an expression in a test; the message is its own.",
    ),
    (
        "promql-warning",
        "Prometheus warns about the evaluation of an expression in a test; the message is its own.",
    ),
    ("record-and-alert", "A rule has both `record` and `alert`."),
    (
        "repeat-by-one",
        "A row or a panel repeats for a variable of which one value is chosen at a time.",
    ),
    (
        "repeated-assertion",
        "A promtool test asserts the same alert at the same time twice; each is compared with all that fire.",
    ),
    ("repeated-group", "`group_eval_order` of a promtool test names a group twice."),
    ("repeated-series", "A promtool test has the same series twice."),
    ("reserved-label", "A label is set that has a key of its own, or that `build` sets."),
    ("rule-fails", "A rule cannot be evaluated over the series of a test."),
    ("rule-file-in-pack", "A pack uses a rule file; only alerts files do."),
    ("rule-file-twice", "Two alerts files use the same rule file."),
    ("runbook-anchor", "A link leads to a heading that its runbook page does not have."),
    (
        "runbook-exists",
        "`runbooks new` was asked for a page that is there, or that no alert needs.",
    ),
    ("runbook-page", "An alert or a page leads to a runbook page that is not there."),
    (
        "same-name",
        "Two objects or dashboards would have one name, most often of two environments.",
    ),
    (
        "series-ends-early",
        "The series of a test end before something is asserted of them.",
    ),
    ("stale-build", "The output folder is not what `aqua-alerts build` would write now."),
    (
        "swallowed-key",
        "A TOML header takes every key below it: this one was meant for the table above.",
    ),
    (
        "template",
        "A template in a label or an annotation cannot be parsed, refers to what there is not, or \
         fails whatever the alert.",
    ),
    (
        "template-fails",
        "A label or an annotation of an alert that fires in a test cannot be expanded.",
    ),
    ("test-failed", "A test does not find what it expects."),
    ("toml-syntax", "A file is no TOML."),
    ("too-large", "The annotations of objects are larger than Kubernetes takes."),
    ("too-long", "A test lasts longer, or has more samples, than any that is run."),
    ("too-many-files", "A folder has more files than are read."),
    ("too-many-packs", "A file takes more packs than any should."),
    ("too-many-rules", "`each` makes more rules of one definition than any should."),
    ("two-folders", "A dashboard's object names its folder in two ways."),
    ("unknown-alert", "No rule has an alert of this name."),
    ("unknown-dashboard", "A link leads to a dashboard that the project does not have."),
    ("unknown-environment", "The project has no environment of this name."),
    ("unknown-file", "`derive` names an alerts file that the project does not have."),
    ("unknown-group", "No rule file has a group of this name."),
    (
        "unknown-key",
        "A table has a key that means nothing there, most likely a slip of the pen.",
    ),
    ("unknown-label", "A label is named that the results of the expression cannot have."),
    ("unknown-name", "Something is named that is declared nowhere."),
    ("unknown-parameter", "`${name}` is used, and nothing gives it a value."),
    ("unknown-target", "A target is named that there is not."),
    ("unknown-value", "A key takes one of a few words, and this is none of them."),
    (
        "unknown-variable",
        "A query or a title of a dashboard uses a variable that is declared nowhere.",
    ),
    ("unreadable", "A file cannot be read."),
    ("unused-argument", "An argument of the command line has no effect here."),
    (
        "unused-parameter",
        "A parameter is defined and used nowhere: most likely a key is misspelt.",
    ),
    ("unwritable", "A file cannot be written."),
    ("wrong-file", "A file of another kind was given."),
    (
        "wrong-kind",
        "A key is only for services of another kind: ServiceMonitor, PodMonitor or Probe.",
    ),
    ("wrong-type", "A value is of another type than its key takes."),
    ("yaml-alias", "A YAML alias refers to no anchor."),
    ("yaml-merge", "`<<` merges something that is no mapping."),
    ("yaml-syntax", "A file is no YAML."),
    ("yaml-tag", "A YAML tag is not one that Go's reader takes there."),
];
