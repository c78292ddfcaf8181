//! Names as they stand in paths and addresses.

/// `api-down` of `ApiDown`, `postgres-cpu` of `PostgresCPU`, `http5xx-errors` of
/// `HTTP5xxErrors`: words are told apart by capitals, and joined by `-`.
pub fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 8);
    let mut last = None;
    let mut chars = name.chars().peekable();
    while let Some(it) = chars.next() {
        let before: Option<char> = last.replace(it);
        if !it.is_alphanumeric() {
            if !out.is_empty() && !out.ends_with('-') {
                out.push('-');
            }
            continue;
        }
        let after = chars.peek();
        let begins = it.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || before.is_uppercase() && after.is_some_and(|it| it.is_lowercase())
            });
        if begins && !out.ends_with('-') {
            out.push('-');
        }
        out.extend(it.to_lowercase());
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_by_capitals() {
        assert_eq!(kebab("ApiDown"), "api-down");
        assert_eq!(kebab("PostgresCPU"), "postgres-cpu");
        assert_eq!(kebab("HTTPErrors"), "http-errors");
        assert_eq!(kebab("HTTP5xxErrors"), "http5xx-errors");
        assert_eq!(kebab("K8sNodeDown"), "k8s-node-down");
        assert_eq!(kebab("API error rate (5m)"), "api-error-rate-5m");
        assert_eq!(kebab("node_disk_full"), "node-disk-full");
        assert_eq!(kebab("already-kebab"), "already-kebab");
        assert_eq!(kebab("ÜberLast"), "über-last");
    }
}
