//! Labels and annotations of alerts: Prometheus's templates over a test's series.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::harness::query::Engine;
use crate::harness::run::Setup;
use crate::promql::check;
use crate::promql::labels::{Labels, Symbol};
use crate::promql::series::Storage;
use crate::promql::syntax::ast::SyntaxError;
use crate::promql::value::{Grid, Sample};
use crate::template::expand::{Context, Row};
use crate::template::misprint::Misprint;
use crate::template::{self, Template, TemplateError};

/// How the text begins that stands in place of a template that fails.
pub const UNEXPANDED: &str = "<error expanding template: ";

/// The function that failed in a text in place of a template since promtool has no server of
/// which it could tell the address.
pub fn without_server(text: &str) -> Option<&'static str> {
    let fault = text.strip_prefix(UNEXPANDED)?;
    let fails = |it: &&str| fault.contains(&format!(">: error calling {it}: "));
    ["externalURL", "pathPrefix"].into_iter().find(fails)
}

/// What templates know beside the alert, and the templates that were parsed so far.
#[derive(Debug)]
pub struct World<'a> {
    external_labels: Labels,
    external_url: &'a str,
    has_server: bool,
    parsed: RefCell<Parsed>,
}

/// By the name of the alert and the text: a template, or why it is none.
type Parsed = HashMap<(Symbol, Symbol), Rc<Result<Template, TemplateError>>>;

/// An alert at a tick.
#[derive(Clone, Copy)]
pub struct Moment<'m> {
    /// The name of the alert.
    pub alert: &'m Symbol,
    /// The labels of the sample, metric name included.
    pub source: &'m Labels,
    /// The value of the sample.
    pub value: &'m Sample,
    /// The tick.
    pub tick: i64,
    /// What `query` sees.
    pub storage: &'m dyn Storage,
    /// How `query` evaluates.
    pub engine: &'m Engine,
}

impl<'a> World<'a> {
    /// What a test says of its Prometheus.
    pub fn new(setup: &Setup<'a>) -> World<'a> {
        let pairs = setup.external_labels.iter();
        let pairs = pairs.map(|it| (it.0.as_str().into(), it.1.as_str().into()));
        let external_labels = Labels::from_pairs(pairs.collect());
        let Setup { external_url, has_server, .. } = *setup;
        World { external_labels, external_url, has_server, parsed: RefCell::default() }
    }

    /// Expands the text of a label or annotation. A template that fails becomes the text
    /// that Prometheus gives instead (`rules/alerting.go`, `expand`).
    pub fn expand(&self, text: &Symbol, moment: &Moment<'_>) -> Symbol {
        self.try_expand(text, moment)
            .unwrap_or_else(|it| format!("{UNEXPANDED}{}>", it.message).into())
    }

    /// The same; a template that fails is an error.
    pub fn try_expand(
        &self,
        text: &Symbol,
        moment: &Moment<'_>,
    ) -> Result<Symbol, TemplateError> {
        if !text.contains("{{") {
            return Ok(text.clone());
        }
        match &*self.parsed(text, moment) {
            Ok(template) => {
                let expand = |it: &Context<'_>| template::expand::expand(template, it);
                self.within(moment, expand).map(Symbol::from)
            }
            Err(error) => Err(error.clone()),
        }
    }

    /// The first call of `printf` in it whose verbs and arguments do not fit.
    pub fn misprint(&self, text: &Symbol, moment: &Moment<'_>) -> Option<Misprint> {
        let parsed = self.parsed(text, moment);
        let template = parsed.as_ref().as_ref().ok()?;
        self.within(moment, |it| template::expand::misprint(template, it))
    }

    fn parsed(
        &self,
        text: &Symbol,
        moment: &Moment<'_>,
    ) -> Rc<Result<Template, TemplateError>> {
        let key = (moment.alert.clone(), text.clone());
        let parsed = self.parsed.borrow().get(&key).cloned();
        parsed.unwrap_or_else(|| {
            let parsed = Rc::new(template::parse(moment.alert, text));
            self.parsed.borrow_mut().insert(key, parsed.clone());
            parsed
        })
    }

    fn within<T>(&self, moment: &Moment<'_>, of: impl FnOnce(&Context<'_>) -> T) -> T {
        let query = |text: &str, time: i64| answer(moment, text, time);
        of(&Context {
            labels: moment.source,
            external_labels: &self.external_labels,
            external_url: self.external_url,
            has_server: self.has_server,
            value: moment.value,
            time: moment.tick,
            query: &query,
        })
    }
}

/// Answers the function `query` of a template.
fn answer(moment: &Moment<'_>, text: &str, time: i64) -> Result<Vec<Row>, String> {
    let fault = |faults: Vec<SyntaxError>| match faults.first() {
        Some(it) => format!("1:{}: parse error: {}", it.at.start + 1, it.message),
        None => "parse error".to_string(),
    };
    let expr = check::parse(text, moment.engine.dialect()).map_err(fault)?;
    let columns = moment
        .engine
        .vector(&expr, moment.storage, Grid::instant(time))
        .map_err(|it| it.to_string())?;
    let row = |it: &crate::promql::value::Column| {
        Some(Row { labels: it.labels.clone(), value: it.sample(0)? })
    };
    Ok(columns.iter().filter_map(row).collect())
}
