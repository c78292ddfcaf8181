//! What promtool says that it got for each expression, from its messages.

/// What became of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It failed, with that text.
    Error(String),
    /// Labels and values as they are printed, in the order of the labels.
    Samples(Vec<(String, String)>),
}

impl Answer {
    /// Whether there is something in it.
    pub fn is_full(&self) -> bool {
        matches!(self, Answer::Samples(it) if !it.is_empty())
    }
}

/// The answers in promtool's messages, in their order; other messages are an error.
pub fn read(messages: &str) -> Result<Vec<Answer>, String> {
    let mut out = Vec::new();
    let messages = messages.strip_prefix("  FAILED:\n").unwrap_or(messages);
    for message in split(messages) {
        let Some(head) = message.strip_prefix("    expr: ") else {
            return Err(message);
        };
        let quoted = quoted_len(head);
        let rest = &head[quoted..];
        let rest = rest.strip_prefix(", time: ").ok_or(&message)?;
        let rest = &rest[rest.find(',').ok_or(&message)?..];
        if let Some(error) = rest.strip_prefix(", err: ") {
            out.push(Answer::Error(error.trim_end().to_string()));
            continue;
        }
        let got = rest.find("        got: ").ok_or(&message)?;
        out.push(Answer::Samples(samples(&rest[got + 13..])));
    }
    Ok(out)
}

/// Texts that begin with four blanks and a word.
pub fn split(messages: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for line in messages.lines() {
        let starts = line.starts_with("    ") && !line.starts_with("     ");
        match out.last_mut() {
            Some(last) if !starts => *last = format!("{last}\n{line}"),
            _ => out.push(line.to_string()),
        }
    }
    out
}

/// The length of a text in double quotes.
fn quoted_len(text: &str) -> usize {
    let mut escaped = false;
    for (idx, it) in text.char_indices().skip(1) {
        match it {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return idx + 1,
            _ => {}
        }
    }
    text.len()
}

fn samples(text: &str) -> Vec<(String, String)> {
    let mut rest = text.trim_end();
    let mut out = Vec::new();
    if rest == "nil" {
        return out;
    }
    while !rest.is_empty() {
        let labels_end = brace_len(rest);
        let (labels, after) = rest.split_at(labels_end);
        let after = after.trim_start();
        let value_end = match after.starts_with("{{") {
            true => after.find("}}").map_or(after.len(), |it| it + 2),
            false => after.find(", {").unwrap_or(after.len()),
        };
        out.push((labels.to_string(), after[..value_end].to_string()));
        rest = after[value_end..].trim_start_matches(", ");
    }
    out.sort();
    out
}

/// The length of a text in braces, which may hold quoted ones.
fn brace_len(text: &str) -> usize {
    let mut at = 0;
    while at < text.len() {
        match text.as_bytes()[at] {
            b'"' => at += quoted_len(&text[at..]),
            b'}' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}
