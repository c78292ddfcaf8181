//! Runs a template of the project's, with Tera, within bounds.

use std::borrow::Cow;
use std::io::{self, Write};

use tera::{Context, Delimiters, Kwargs, State, Tera, Value};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::emit::own::budget::{self, Instrumented};
use crate::emit::own::error;
use crate::rules::output::Own;

/// The delimiters of all templates here, since `{{ }}` belongs to Prometheus.
pub fn delimiters() -> Delimiters {
    Delimiters {
        block_start: Cow::Borrowed("<%"),
        block_end: Cow::Borrowed("%>"),
        variable_start: Cow::Borrowed("<<"),
        variable_end: Cow::Borrowed(">>"),
        comment_start: Cow::Borrowed("<#"),
        comment_end: Cow::Borrowed("#>"),
    }
}

/// The templates of a target, ready to be rendered.
pub(super) struct Engine<'a> {
    own: &'a Own,
    tera: Tera,
    /// The texts that are rendered, in the order of the files.
    instrumented: Vec<Instrumented>,
}

impl<'a> Engine<'a> {
    /// Parses the templates; `None` where something is wrong with one, which is said.
    pub(super) fn new(own: &'a Own, sink: &mut Sink) -> Option<Engine<'a>> {
        let n_errors = sink.n_errors();
        let mut instrumented = Vec::new();
        for file in own.files.iter() {
            match budget::instrument(&file.text) {
                Ok(it) => instrumented.push(it),
                Err(fault) => sink.push_once(error::too_deep(file, fault)),
            }
        }
        if n_errors < sink.n_errors() {
            return None;
        }
        // As they are written first, so that faults have their places.
        let texts = own.files.iter().map(|it| (it.name.as_str(), &*it.text));
        if let Err(error) = tera().and_then(|mut it| it.add_raw_templates(texts)) {
            error::said(own, &error, None).into_iter().for_each(|it| sink.push_once(it));
            return None;
        }
        let texts = own.files.iter().zip(&instrumented);
        let texts = texts.map(|(file, it)| (file.name.as_str(), it.text.as_str()));
        let made = tera().and_then(|mut it| {
            it.add_raw_templates(texts)?;
            Ok(it)
        });
        match made {
            Ok(tera) => Some(Engine { own, tera, instrumented }),
            Err(error) => {
                let said = error::said(own, &error, Some(&instrumented));
                said.into_iter().for_each(|it| sink.push_once(it));
                None
            }
        }
    }

    /// The text for a context; `None` where it fails, which is said.
    pub(super) fn render(
        &mut self,
        context: &Context,
        sink: &mut Sink,
    ) -> Option<String> {
        budget::renew();
        let mut out = Bounded(Vec::new());
        let rendered = self.tera.render_to(self.own.main(), context, &mut out);
        if let Err(error) = rendered {
            let said = error::said(self.own, &error, Some(&self.instrumented));
            said.into_iter().for_each(|it| sink.push_once(it));
            return None;
        }
        match String::from_utf8(out.0) {
            Ok(text) => Some(text),
            Err(_) => {
                let title = format!("`{}` writes what is no UTF-8", self.own.template);
                sink.push_once(
                    Diagnostic::error("template", title)
                        .at(self.own.template.span(), "this template"),
                );
                None
            }
        }
    }
}

/// Tera without a template, with what counts the work of one.
pub(super) fn tera() -> tera::TeraResult<Tera> {
    let mut tera = Tera::new();
    tera.set_delimiters(delimiters())?;
    // Everything passes the function that escapes, which only counts; what `safe` marks
    // would not, so that it marks nothing.
    tera.autoescape_on(vec![".tera"]);
    tera.set_escape_fn(|text, out| {
        budget::write(text.len())?;
        out.write_all(text.as_bytes())
    });
    tera.register_filter("safe", |value: Value, _: Kwargs, _: &State| value);
    tera.register_function(budget::ROUND, |values: Kwargs, _: &State| {
        budget::round(values.must_get::<u64>("text")?).map_err(tera::Error::message)?;
        Ok::<_, tera::Error>(String::new())
    });
    tera.register_function(budget::SIZE, |values: Kwargs, _: &State| {
        let value = values.must_get::<Value>("of")?;
        let length = value.as_str().map(str::len).or(value.as_array().map(<[_]>::len));
        budget::size(length.unwrap_or(0)).map_err(tera::Error::message)?;
        Ok::<_, tera::Error>(String::new())
    });
    Ok(tera)
}

/// A file in the making, which ends where it would be too large.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if budget::MAX_FILE < self.0.len() + bytes.len() {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "too large"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
