use super::{Units, of_histogram};
use crate::promql::dialect::Dialect;
use crate::promql::syntax::parse;

fn check(cases: &[(&str, Option<&str>)]) {
    let units = Units::default();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expect)| {
            let parsed = parse(text, &Dialect::everything()).unwrap();
            let got = units.of(&parsed.expr).id();
            (got != *expect).then(|| format!("{text}: {got:?}, not {expect:?}"))
        })
        .collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn names_tell_units() {
    check(&[
        ("node_memory_MemFree_bytes", Some("bytes")),
        ("process_resident_memory_bytes offset 1h", Some("bytes")),
        ("pg_replication_lag_seconds", Some("s")),
        ("http_server_requests_seconds_max", Some("s")),
        ("x_milliseconds", Some("ms")),
        ("x_megabytes", Some("decmbytes")),
        ("uptime_days", Some("d")),
        ("node_disk_bytes_read", Some("bytes")),
        ("pool_bytes_used", Some("bytes")),
        ("container_memory_rss", Some("bytes")),
        ("kube_pod_container_resource_limits{resource=\"memory\"}", Some("bytes")),
        ("kube_pod_container_resource_limits{resource=\"cpu\"}", Some("short")),
        ("kube_pod_container_resource_limits", None),
        ("windows_cpu_time_total", None),
        ("session_processingtime_total", None),
        ("water_temperature_celsius", Some("celsius")),
        ("feed_dispensed_grams_total", Some("massg")),
        ("cache_hit_ratio", Some("percentunit")),
        ("cpu_usage_percent", Some("percent")),
        ("http_requests_total", Some("short")),
        ("x_seconds_count", Some("short")),
        ("x_seconds_bucket", Some("short")),
        ("x_seconds_sum", Some("s")),
        ("network_bytes_per_second", Some("Bps")),
        ("up", None),
        ("go_info", None),
        ("pg_stat_activity_max_tx_duration", None),
        ("oxygen_mg_per_litre", None),
        ("dose_mg_per_grams", None),
        ("{job=\"x\"}", None),
    ]);
}

#[test]
fn times_are_no_durations() {
    check(&[
        ("time()", None),
        ("last_success_timestamp_seconds", None),
        ("process_start_time_seconds", None),
        ("x_created", None),
        ("last_success_timestamp_seconds * 1000", Some("dateTimeAsIso")),
        ("max(timestamp(up)) * 1e3", Some("dateTimeAsIso")),
        ("time() - last_success_timestamp_seconds", Some("s")),
        ("time() - max by (job) (last_success_timestamp_seconds > 0)", Some("s")),
        ("(time() - last_success_timestamp_seconds) / 3600", Some("h")),
        ("time() - process_start_time_seconds", Some("s")),
        ("time() - x_seconds", None),
        ("time() - x", None),
        ("kube_certificate_expiration_timestamp_seconds - time()", Some("s")),
        ("(expiration_timestamp_seconds - time()) / 86400", Some("d")),
        ("delta(x_timestamp_seconds[1h])", Some("s")),
        ("stddev(x_timestamp_seconds)", Some("s")),
        ("rate(x_timestamp_seconds[5m])", None),
        ("sum(x_timestamp_seconds)", None),
    ]);
}

#[test]
fn rates_are_per_second() {
    check(&[
        ("sum by (job) (rate(http_requests_total[5m]))", Some("reqps")),
        ("rate(http_request_duration_seconds_count[5m])", Some("reqps")),
        ("rate(http_request_errors_total[5m])", Some("cps")),
        ("rate(jobs_duration_seconds_bucket{le=\"1\"}[5m])", Some("cps")),
        ("rate(node_network_receive_bytes_total[5m])", Some("Bps")),
        ("irate(node_network_receive_bytes_total[5m]) * 8", Some("bps")),
        ("rate(node_network_receive_bytes_total[5m]) * 8 / 1e6", Some("Mbits")),
        ("rate(received_packets_total[5m])", Some("pps")),
        ("rate(receive_packets_dropped_total[5m])", Some("pps")),
        ("rate(http_requests_failed_total[5m])", Some("reqps")),
        ("rate(haproxy_bytes_in_total[5m])", Some("Bps")),
        ("rate(bytes_errors_total[5m])", Some("cps")),
        ("rate(zone_bandwidth_total[5m])", None),
        ("rate(bytesout_total[5m])", None),
        ("rate(outgoing_byte_total[5m])", Some("Bps")),
        ("rate(processingtime_total[5m]) / rate(requests_total[5m])", None),
        ("60 * rate(http_requests_total[5m])", Some("reqpm")),
        ("rate(process_cpu_seconds_total[5m])", Some("percentunit")),
        ("100 * rate(process_cpu_seconds_total[5m])", Some("percent")),
        ("1 - avg(rate(node_cpu_seconds_total{mode=\"idle\"}[5m]))", Some("percentunit")),
        (
            "100 - avg(rate(node_cpu_seconds_total{mode=\"idle\"}[5m])) * 100",
            Some("percent"),
        ),
        ("rate(energy_joules_total[5m])", Some("watt")),
        ("rate(x_celsius[5m])", None),
        ("rate(x_ratio[5m])", None),
        ("rate(pg_stat_database_xact_commit[5m])", None),
        ("rate(sum(rate(x_bytes_total[1m]))[5m:])", None),
        ("increase(x_bytes_total[1h])", Some("bytes")),
        ("increase(http_requests_total[1h])", Some("short")),
        ("increase(x_bytes_total[1h]) / 3600", None),
        ("deriv(x_bytes[1h])", Some("Bps")),
        ("predict_linear(x_bytes[1h], 3600)", Some("bytes")),
        ("delta(x_bytes[1h])", Some("bytes")),
        ("x_bytes / rate(x_bytes_total[5m])", Some("s")),
        ("rate(http_requests_total[5m]) * x_seconds", Some("short")),
    ]);
}

#[test]
fn histograms_are_of_what_they_observe() {
    check(&[
        ("histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[5m])))", Some("s")),
        (
            "histogram_quantile(0.9, sum by (le) (rate(x_bytes_bucket[5m])))",
            Some("bytes"),
        ),
        ("histogram_quantile(0.9, rate(x_seconds[5m]))", Some("s")),
        ("histogram_quantile(0.9, x_seconds_bucket) * 1000", Some("ms")),
        ("histogram_quantile(0.9, rate(x_bucket[5m]))", None),
        ("histogram_quantile(0.9, job:x_seconds_bucket:rate5m)", Some("s")),
        ("histogram_avg(rate(x_seconds[5m]))", Some("s")),
        ("histogram_stddev(rate(x_bytes[5m]))", Some("bytes")),
        ("histogram_stdvar(rate(x_bytes[5m]))", None),
        ("histogram_sum(rate(x_seconds[5m]))", Some("percentunit")),
        ("histogram_sum(x_bytes)", Some("bytes")),
        ("histogram_count(rate(http_request_duration_seconds[5m]))", Some("reqps")),
        ("histogram_count(x_seconds)", Some("short")),
        ("histogram_fraction(0, 0.2, rate(x_seconds[5m]))", Some("percentunit")),
        ("rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m])", Some("s")),
        ("sum(rate(x_bytes_sum[5m])) / sum(rate(x_bytes_count[5m]))", Some("bytes")),
        ("increase(x_seconds_sum[5m]) / increase(x_seconds_count[5m])", Some("s")),
        (
            "rate(x_seconds_bucket{le=\"1\"}[5m]) / on () rate(x_seconds_count[5m])",
            Some("percentunit"),
        ),
    ]);
}

#[test]
fn arithmetic_keeps_account_of_units() {
    check(&[
        ("a_bytes / (b_bytes > 0)", Some("percentunit")),
        ("100 * (a_bytes / b_bytes)", Some("percent")),
        ("100 * a_bytes / b_bytes", Some("percent")),
        ("(1 - a_bytes / b_bytes) * 100", Some("percent")),
        ("x_percent / 100", Some("percentunit")),
        ("a_requests_total / b_requests_total", Some("percentunit")),
        (
            "sum(rate(a_total{code=~\"5..\"}[5m])) / sum(rate(a_total[5m]))",
            Some("percentunit"),
        ),
        ("hits / (hits + misses)", Some("percentunit")),
        ("sum(x{a=\"b\"}) / sum(x)", Some("percentunit")),
        ("hits / misses", None),
        ("inodes_used / inodes", Some("percentunit")),
        ("inodes_latency / inodes", None),
        ("a_bytes / b_seconds", Some("Bps")),
        ("a_bytes + b_seconds", None),
        ("a_bytes - b_bytes", Some("bytes")),
        ("a_bytes - 5", Some("bytes")),
        ("a_bytes + b", Some("bytes")),
        ("a_seconds + b", None),
        ("a_bytes / 1024 / 1024", Some("mbytes")),
        ("a_bytes / 1024 ^ 3", Some("gbytes")),
        ("a_bytes / 1e9", Some("decgbytes")),
        ("a_seconds * 1000", Some("ms")),
        ("a_seconds / 60", Some("m")),
        ("a_bytes * 1.2", Some("bytes")),
        ("a_bytes * 4096", None),
        ("a_seconds * b_seconds", None),
        ("a_ratio * b_bytes", Some("bytes")),
        ("rate(a_total[5m]) / 2", Some("cps")),
        ("a_bytes * on (pod) group_left () kube_pod_info", Some("bytes")),
        ("a_seconds ^ 2", None),
        ("-a_seconds", Some("s")),
        ("a_seconds % 60", Some("s")),
        ("sqrt(a_seconds)", None),
        ("clamp_max(round(a_seconds), 5)", Some("s")),
    ]);
}

#[test]
fn what_is_converted_has_another_unit() {
    check(&[
        ("water_temperature_celsius * 9 / 5 + 32", Some("fahrenheit")),
        ("32 + 1.8 * water_temperature_celsius", Some("fahrenheit")),
        ("(water_temperature_fahrenheit - 32) * 5 / 9", Some("celsius")),
        ("(water_temperature_fahrenheit - 32) / 1.8", Some("celsius")),
        ("air_temperature_kelvin - 273.15", Some("celsius")),
        ("air_temperature_celsius + 273.15", Some("kelvin")),
        ("air_temperature_celsius * 9 / 5", None),
        ("air_temperature_celsius - 20", None),
        ("273.15 - air_temperature_kelvin", None),
        ("air_temperature_celsius + vector(0)", Some("celsius")),
        ("a_celsius - b_celsius", Some("celsius")),
        ("wave_height_meters * 3.28084", None),
        ("wave_height_meters * 1.0936", None),
        ("wave_height_meters * 100", Some("lengthcm")),
        ("rate(way_meters_total[5m]) * 1.94384", None),
        ("tank_litres / 3.785", None),
        ("tank_litres / 1000", Some("m3")),
        ("clamp_max(x_ratio, 1) * 5", None),
        ("a_bytes * 4", None),
        ("sum_over_time(pump_watts[1h:1m])", None),
        (
            "sum_over_time(pump_watts[1h]) / sum_over_time(pump_watts[1d])",
            Some("percentunit"),
        ),
        ("sum_over_time(job:http_requests:rate5m[1h])", None),
        ("sum_over_time(increase(x_bytes_total[5m])[1h:5m])", Some("bytes")),
        ("sum_over_time(up[1h])", Some("short")),
        ("go_memstats_last_gc_time_seconds", None),
        ("time() - go_memstats_last_gc_time_seconds", Some("s")),
        ("backup_last_run_time_seconds", None),
        ("probe_max_time_seconds", None),
        ("http_response_time_seconds", Some("s")),
        ("rate(cpu_time_seconds_total[5m])", Some("percentunit")),
        (
            "rate(last_time_seconds_sum[5m]) / rate(last_time_seconds_count[5m])",
            Some("s"),
        ),
    ]);
}

#[test]
fn counts_of_other_things_are_no_parts() {
    check(&[
        ("count(kube_pod_info) / count(kube_node_info)", Some("short")),
        (
            "count(kube_pod_info * on (n) kube_node_info) / count(kube_node_info)",
            Some("short"),
        ),
        ("sum(rate(db_rows_total[5m])) / sum(rate(db_queries_total[5m]))", Some("short")),
        ("sum(increase(errors_total[1h])) / count(up)", Some("short")),
        ("a_total / b_total", Some("short")),
        // So many for each series.
        ("sum(restarts_total) / count(restarts_total)", Some("short")),
        (
            "sum(increase(http_requests_total[1h])) / count(http_requests_total)",
            Some("short"),
        ),
        ("sum(changes(up[1h])) / count(up)", Some("short")),
        ("sum_over_time(up[1h]) / count_over_time(up[1h])", Some("percentunit")),
        ("count(restarts_total > 3) / count(restarts_total)", Some("percentunit")),
        // Both are operations to Grafana.
        (
            "sum(rate(db_queries_total[5m])) / sum(rate(db_transactions_total[5m]))",
            Some("short"),
        ),
        (
            "rate(slow_operations_total[5m]) / rate(disk_ops_total[5m])",
            Some("percentunit"),
        ),
        ("count(up) / sum(rate(a_total[5m]))", None),
        ("count(up == 0) / count(up)", Some("percentunit")),
        ("(a_total - b_total) / a_total", Some("percentunit")),
        (
            "100 * rate(http_errors_total[5m]) / rate(http_requests_total[5m])",
            Some("percent"),
        ),
        (
            "count(kube_pod_info and on (n) up) / count(kube_pod_info)",
            Some("percentunit"),
        ),
        (
            "rate(http_errors_total[5m]) / rate(http_requests_total[5m])",
            Some("percentunit"),
        ),
        ("rate(http_errors_total[5m]) / rate(db_rows_total[5m])", Some("short")),
        (
            "rate(rule_iterations_missed_total[5m]) / rate(rule_iterations_total[5m])",
            Some("percentunit"),
        ),
        (
            "rate(cache_hits_total[5m]) / rate(cache_requests_total[5m])",
            Some("percentunit"),
        ),
        ("rate(cache_requests_total[5m]) / rate(cache_hits_total[5m])", Some("short")),
        (
            "sum(rate(a_reads_total[5m])) / sum(rate(b_reads_total[5m]))",
            Some("percentunit"),
        ),
    ]);
}

#[test]
fn comparisons_filter_or_flag() {
    check(&[
        ("x_seconds > 5", Some("s")),
        ("5 < x_seconds", Some("s")),
        ("x_seconds > bool 5", None),
        ("sum(x_seconds > bool 5)", Some("short")),
        ("avg(x_seconds > bool 5)", Some("percentunit")),
        ("avg_over_time(up[1h])", Some("percentunit")),
        ("sum(up) / count(up)", Some("percentunit")),
        ("1 - avg(up)", Some("percentunit")),
        ("sum(up)", Some("short")),
        ("max(up)", None),
        ("x_seconds and y_bytes", Some("s")),
        ("x_seconds unless y_bytes", Some("s")),
        ("x_seconds or vector(0)", Some("s")),
        ("x_seconds or y_seconds", Some("s")),
        ("x_seconds or y_bytes", None),
        ("x_seconds or y", None),
        ("absent(x_seconds)", None),
    ]);
}

#[test]
fn aggregations_count_or_keep() {
    check(&[
        ("count(x_bytes)", Some("short")),
        ("count_values(\"v\", x_bytes)", Some("short")),
        ("group(x_bytes)", None),
        ("topk(5, x_bytes)", Some("bytes")),
        ("quantile(0.5, x_bytes)", Some("bytes")),
        ("stddev(x_bytes)", Some("bytes")),
        ("stdvar(x_bytes)", None),
        ("max_over_time(x_bytes[1h])", Some("bytes")),
        ("quantile_over_time(0.5, x_bytes[1h])", Some("bytes")),
        ("count_over_time(x_bytes[1h])", Some("short")),
        ("changes(x_bytes[1h])", Some("short")),
        ("label_replace(x_bytes, \"a\", \"$1\", \"b\", \"(.*)\")", Some("bytes")),
    ]);
}

#[test]
fn names_of_records_tell_as_much() {
    check(&[
        ("job:http_errors:ratio_rate5m", Some("percentunit")),
        ("instance:memory_used:ratio", Some("percentunit")),
        ("job:http_requests:rate5m", Some("reqps")),
        ("job:http_requests_total:rate5m", Some("reqps")),
        ("node:network_receive_bytes:rate5m", Some("Bps")),
        ("namespace:cpu_usage_seconds_total:sum_rate", Some("percentunit")),
        ("job:request_latency_seconds:p99", Some("s")),
        ("job:memory_bytes:sum", Some("bytes")),
        ("job:up:count", Some("short")),
        (":tensorflow:serving:request_count", Some("short")),
        ("rate(:tensorflow:serving:request_count[5m])", Some("reqps")),
        ("job:anything:sum", None),
        ("instance:node_cpu_utilisation:rate5m", Some("percentunit")),
        ("instance:receive_bytes_excluding_lo:rate5m", Some("Bps")),
        ("histogram_quantile(0.9, rate(latency_seconds_by_view_bucket[5m]))", Some("s")),
    ]);
}

#[test]
fn buckets_over_time_are_of_what_is_observed() {
    let cases = [
        ("sum by (le) (increase(x_seconds_bucket[5m]))", Some("s")),
        ("sum(rate(x_bytes[5m]))", Some("bytes")),
        ("sum by (le) (rate(x_bucket[5m]))", None),
        ("sum by (le) (rate(x_seconds_bucket[5m]) + rate(y_bytes_bucket[5m]))", None),
    ];
    for (text, expect) in cases {
        let parsed = parse(text, &Dialect::everything()).unwrap();
        assert_eq!(of_histogram(&parsed.expr).id(), expect, "{text}");
    }
}
