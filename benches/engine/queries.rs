//! The queries that are measured.

/// Name and text.
pub type Query = (&'static str, &'static str);

/// What dashboards and rules ask, from the plain to the heavy.
pub const QUERIES: &[Query] = &[
    ("selector", "http_requests_total"),
    ("everything", "count by (__name__, job) ({job=~\".+\"})"),
    ("rate", "rate(http_requests_total[5m])"),
    ("increase", "increase(http_requests_total[1h])"),
    ("sum_rate", "sum by (job, code) (rate(http_requests_total[5m]))"),
    ("sum_total", "sum(rate(http_requests_total[5m]))"),
    ("avg_over_time", "avg_over_time(queue_length[30m])"),
    ("max_over_time", "max_over_time(queue_length[1h])"),
    ("quantile_over_time", "quantile_over_time(0.9, queue_length[30m])"),
    ("predict_linear", "predict_linear(node_filesystem_avail_bytes[1h], 4 * 3600)"),
    (
        "histogram_quantile",
        "histogram_quantile(0.99, \
         sum by (le, job, handler) (rate(http_request_duration_seconds_bucket[5m])))",
    ),
    (
        "histogram_each",
        "histogram_quantile(0.9, rate(http_request_duration_seconds_bucket[5m]))",
    ),
    ("topk", "topk(10, rate(http_requests_total[5m]))"),
    (
        "topk_by",
        "topk by (job) (5, sum by (job, instance) (rate(http_requests_total[5m])))",
    ),
    ("quantile_by", "quantile by (job, path) (0.95, rate(http_requests_total[5m]))"),
    ("count_values", "count_values by (job) (\"length\", queue_length)"),
    (
        "join",
        "rate(http_requests_total[5m]) * on (instance) group_left (version) build_info",
    ),
    (
        "ratio",
        "sum by (job, path) (rate(http_requests_total{code=~\"5..\"}[5m])) \
         / sum by (job, path) (rate(http_requests_total[5m]))",
    ),
    (
        "one_to_one",
        "rate(http_requests_total{code=\"500\"}[5m]) \
         / ignoring (code) rate(http_requests_total{code=\"200\"}[5m])",
    ),
    (
        "same_labels",
        "http_request_duration_seconds_bucket \
         - http_request_duration_seconds_bucket offset 1h",
    ),
    ("and", "http_requests_total and on (instance) process_resident_memory_bytes > 1e9"),
    (
        "unless",
        "http_requests_total unless on (instance) process_resident_memory_bytes > 1e9",
    ),
    ("or", "queue_length > 30 or queue_length < 3"),
    ("filter", "rate(http_requests_total[5m]) > 1"),
    ("subquery", "max_over_time(rate(http_requests_total{code=\"500\"}[5m])[1h:1m])"),
    (
        "subquery_sum",
        "avg_over_time(sum by (job) (rate(http_requests_total[5m]))[30m:1m])",
    ),
    (
        "regex_alternation",
        "sum by (path) (http_requests_total{path=~\"/api/orders|/api/users|/login\"})",
    ),
    ("regex_prefix", "sum by (path) (http_requests_total{path=~\"/api/.*\"})"),
    (
        "regex_negative",
        "sum by (code) (http_requests_total{path!~\"/(healthz|static)\",code!~\"2..\"})",
    ),
    (
        "label_replace",
        "label_replace(rate(http_requests_total{code=\"200\"}[5m]), \
         \"host\", \"$1\", \"instance\", \"(.*):.*\")",
    ),
    (
        "cpu_usage",
        "1 - avg by (instance) (rate(node_cpu_seconds_total{mode=\"idle\"}[5m]))",
    ),
];
