//! The server of an environment: what `like` inherits, merged.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::doc::keys::Form;
use crate::promql::dialect::{Dialect, Features, Version};
use crate::resolve::elsewhere::{self, Elsewhere};
use crate::resolve::{layers, millis, names, output, plain};
use crate::rules::group::Millis;
use crate::spec::form;
use crate::spec::model::{Build, Environment, Label, Parameter, Project, Prometheus};

/// The evaluation interval where none is given: that of the Prometheus Operator.
const INTERVAL: Millis = Millis(30_000);

/// From this version on names may be any text.
const UTF8_NAMES: Version = Version::new(3, 0);

/// An environment with everything that it inherits.
#[derive(Clone, Debug)]
pub struct Server<'a> {
    /// The environment's name.
    pub name: Arc<str>,
    /// The environments whose overrides hold in it: the furthest ancestor first.
    pub chain: Vec<&'a Environment>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// The parameters that it gives by itself: `env`, `cluster`.
    pub given: Vec<(&'static str, Text)>,
    /// Parameters that only other environments give.
    pub(super) elsewhere: Arc<[Elsewhere]>,
    /// Labels that the server adds to everything it sends.
    pub external_labels: Vec<(String, String)>,
    /// Names of those that other environments have and it has not, sorted.
    pub foreign_labels: Vec<String>,
    /// The severities that it has; `None` for all.
    pub severities: Option<Vec<Text>>,
    /// The global evaluation interval.
    pub interval: Millis,
    /// How long samples are kept, where the project says so.
    pub retention: Option<Millis>,
    /// The PromQL that it speaks.
    pub dialect: Dialect,
    /// Whether names of metrics, labels and annotations may be any text.
    pub utf8_names: bool,
    /// What generated objects have in common.
    pub build: Build,
    /// The address of Grafana.
    pub grafana: Option<Text>,
}

/// Something that holds in one environment.
pub trait ForEnvironment {
    /// The environment.
    fn environment(&self) -> &Text;
}

impl<T> ForEnvironment for (Text, T) {
    fn environment(&self) -> &Text {
        &self.0
    }
}

impl Server<'_> {
    /// Those overrides that hold here: an ancestor's first.
    pub fn overrides<'b, T: ForEnvironment>(
        &self,
        all: &'b [T],
    ) -> impl Iterator<Item = &'b T> {
        self.chain.iter().flat_map(move |env| {
            all.iter().filter(|it| it.environment().as_str() == env.name)
        })
    }
}

impl Server<'_> {
    /// Keeps labels or annotations whose names the server takes; reports the others.
    pub(super) fn retain_names(
        &self,
        labels: &mut Vec<Label>,
        form: &'static Form,
        sink: &mut Sink,
    ) {
        if !self.utf8_names {
            labels.retain(|it| names::is_legacy(&it.name, form, sink));
        }
    }
}

/// The server of an environment; `None` if none has that name.
pub(super) fn server<'a>(
    project: &'a Project,
    name: &str,
    sink: &mut Sink,
) -> Option<Server<'a>> {
    let all = &project.manifest.environments;
    let find = |name: &str| all.iter().find(|it| it.name == name);
    let mut chain = vec![find(name)?];
    while let Some(like) =
        chain[chain.len() - 1].like.as_ref().and_then(|it| find(it.as_str()))
    {
        // A circle has been reported where the manifest was read.
        if chain.iter().any(|it| it.name == like.name) {
            break;
        }
        chain.push(like);
    }
    chain.reverse();
    let mut parameters = Vec::new();
    let mut external_labels = Vec::new();
    let mut severities = None;
    let mut prometheus = project.manifest.prometheus.clone();
    let mut build = project.manifest.build.clone();
    let mut grafana = project.manifest.grafana.clone();
    for env in &chain {
        grafana = env.grafana.clone().or(grafana);
        layers::parameters(&mut parameters, &env.parameters);
        layers::labels(&mut external_labels, &env.external_labels);
        severities = env.severities.clone().or(severities);
        let Prometheus { version, interval, lookback, retention, features, names } =
            env.prometheus.clone();
        prometheus.retention = retention.or(prometheus.retention);
        prometheus.version = version.or(prometheus.version);
        prometheus.interval = interval.or(prometheus.interval);
        prometheus.lookback = lookback.or(prometheus.lookback);
        prometheus.features = features.or(prometheus.features);
        prometheus.names = names.or(prometheus.names);
        build.namespace = env.build.namespace.clone().or(build.namespace);
        layers::labels(&mut build.labels, &env.build.labels);
        layers::labels(&mut build.annotations, &env.build.annotations);
        output::merge(&mut build, &env.build);
    }
    annotations(&build.annotations, sink);
    let others: BTreeSet<&str> = all
        .iter()
        .flat_map(|it| &it.external_labels)
        .map(|it| it.name.as_str())
        .filter(|name| external_labels.iter().all(|it| it.name.as_str() != *name))
        .collect();
    let utf8_names = prometheus.names.as_ref().is_some_and(|it| it.as_str() == "utf8");
    if !utf8_names {
        for label in &external_labels {
            names::is_legacy(&label.name, &form::LABEL_NAME, sink);
        }
    }
    Some(Server {
        name: name.into(),
        given: given(name, &chain, &external_labels),
        elsewhere: elsewhere::of_project(all, &chain).into(),
        chain,
        parameters,
        external_labels: plain(&external_labels),
        foreign_labels: others.into_iter().map(str::to_owned).collect(),
        severities,
        interval: millis(prometheus.interval.as_ref()).unwrap_or(INTERVAL),
        retention: millis(prometheus.retention.as_ref()),
        dialect: dialect(&prometheus, sink),
        utf8_names,
        build,
        grafana,
    })
}

/// The parameters that an environment gives by itself.
fn given(
    name: &str,
    chain: &[&Environment],
    external_labels: &[Label],
) -> Vec<(&'static str, Text)> {
    let mut out = Vec::new();
    if let Some(span) = chain.last().and_then(|it| it.span) {
        out.push(("env", Text::opaque(name, span)));
    }
    let is_cluster = |it: &&Label| it.name.as_str() == "cluster";
    let cluster = external_labels.iter().find(is_cluster);
    let value = cluster.and_then(|it| it.field.value.as_ref());
    let mut labels = chain.iter().rev().flat_map(|it| &it.external_labels);
    if let (Some(value), Some(label)) = (value, labels.find(is_cluster)) {
        let span = label.field.places.last().copied().unwrap_or(label.name.span());
        out.push(("cluster", Text::opaque(value.as_str(), span)));
    }
    out
}

/// What Kubernetes takes of annotations in one object, names and values together
/// (`TotalAnnotationSizeLimitB` in its `apimachinery`).
const MAX_ANNOTATIONS: usize = 256 << 10;

/// Says which annotation is one too many.
fn annotations(annotations: &[Label], sink: &mut Sink) {
    let mut n_bytes = 0;
    for label in annotations {
        let Some(value) = &label.field.value else { continue };
        n_bytes += label.name.as_str().len() + value.as_str().len();
        if MAX_ANNOTATIONS < n_bytes {
            sink.push_once(
                Diagnostic::error(
                    "too-large",
                    "the annotations of objects are too large",
                )
                .at(label.name.span(), format!("{} KiB with this one", n_bytes >> 10))
                .note("Kubernetes takes 256 KiB of annotations in one object")
                .help("write a shorter text"),
            );
            return;
        }
    }
}

fn dialect(prometheus: &Prometheus, sink: &mut Sink) -> Dialect {
    let version = prometheus.version.as_ref().and_then(|it| form::version(it.as_str()));
    let version = version.map_or(Version::LATEST, |it| Version::new(it.0, it.1));
    if let Some(text) = &prometheus.version
        && Version::LATEST < version
    {
        let latest = Version::LATEST;
        let title = format!("Prometheus {version} is newer than {latest}");
        sink.push_once(
            Diagnostic::warning("unknown-version", title)
                .at(text.span(), format!("treated as {latest}"))
                .note(format!("the behaviour of versions up to {latest} is reproduced")),
        );
    }
    if let Some(text) = prometheus.names.as_ref().filter(|it| it.as_str() == "utf8")
        && version < UTF8_NAMES
    {
        let title = format!("Prometheus {version} does not take names that are any text");
        sink.push_once(
            Diagnostic::error("bad-value", title)
                .at(text.span(), "servers take them from 3.0 on")
                .help("leave `names` out, or raise `version`"),
        );
    }
    let mut dialect = Dialect::new(version.min(Version::LATEST));
    dialect.lookback =
        millis(prometheus.lookback.as_ref()).map_or(dialect.lookback, |it| it.0);
    for feature in prometheus.features.iter().flatten() {
        // The table of keys takes no other.
        dialect.features.enable(feature.as_str());
        if let Some(flag) = Features::flag(feature.as_str())
            && version < flag.since
        {
            let title = format!("`{}` came with Prometheus {}", flag.name, flag.since);
            sink.push_once(
                Diagnostic::warning("unknown-feature", title)
                    .at(feature.span(), format!("means nothing to Prometheus {version}")),
            );
        }
    }
    dialect
}
