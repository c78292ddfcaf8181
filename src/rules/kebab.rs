//! Names as they stand in paths and addresses.

/// `api-down` of `ApiDown`, `postgres-cpu` of `PostgresCPU`, `http5xx-errors` of
/// `HTTP5xxErrors`: words are told apart by capitals, and joined by `-`.
pub fn kebab(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 8);
    for (idx, it) in chars.iter().enumerate() {
        if !it.is_alphanumeric() {
            if !out.is_empty() && !out.ends_with('-') {
                out.push('-');
            }
            continue;
        }
        let before = idx.checked_sub(1).map(|idx| chars[idx]);
        let after = chars.get(idx + 1);
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
    out.trim_end_matches('-').to_string()
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
