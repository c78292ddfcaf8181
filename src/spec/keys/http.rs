//! Keys of HTTP requests: credentials, TLS, proxies. Secrets are named, never given.

use crate::doc::keys::{Key, Names, Others, PARAMETRIC, Shape, Type};
use crate::spec::keys::scrape::{MAYBE_PROXY, MAYBE_WORD, MAYBE_WORDS};
use crate::spec::keys::text;
use crate::spec::object_form;

const MAYBE_REFERENCE: Type = Type::Any(&[Type::Table(&REFERENCE), Type::Only(false)]);
const MAYBE_SOURCE: Type = Type::Any(&[Type::Table(&SOURCE), Type::Only(false)]);
const MAYBE_HEADERS: Type = Type::Any(&[Type::Table(&HEADERS), Type::Only(false)]);
const VERSION: Type =
    Type::Any(&[Type::Choice(&["TLS10", "TLS11", "TLS12", "TLS13"]), Type::Only(false)]);

const AUTHORIZATION_TYPE: Type =
    Type::Any(&[Type::Table(&AUTHORIZATION_SHAPE), Type::Only(false)]);
/// `authorization`
pub(super) const AUTHORIZATION: Key = Key::new(
    "authorization",
    AUTHORIZATION_TYPE,
    "Credentials of a header `Authorization`. At most one of `authorization`, `basicAuth`, `oauth2` and the bearer tokens.",
)
.example("{ credentials = { name = \"api\", key = \"token\" } }");
const BASIC_AUTH_TYPE: Type =
    Type::Any(&[Type::Table(&BASIC_AUTH_SHAPE), Type::Only(false)]);
/// `basicAuth`
pub(super) const BASIC_AUTH: Key = Key::new(
    "basicAuth",
    BASIC_AUTH_TYPE,
    "A user and a password.",
)
.example("{ username = { name = \"api\", key = \"user\" }, password = { name = \"api\", key = \"password\" } }");
const OAUTH2_TYPE: Type = Type::Any(&[Type::Table(&OAUTH2_SHAPE), Type::Only(false)]);
/// `oauth2`
pub(super) const OAUTH2: Key = Key::new(
    "oauth2",
    OAUTH2_TYPE,
    "A client of an OAuth 2.0 server.",
)
.example("{ clientId = { secret = { name = \"api\", key = \"id\" } }, clientSecret = { name = \"api\", key = \"secret\" }, tokenUrl = \"https://auth.example.com/token\" }");
/// `bearerTokenSecret`
pub(super) const BEARER_TOKEN_SECRET: Key = Key::new(
    "bearerTokenSecret",
    MAYBE_REFERENCE,
    "A bearer token. Deprecated by the operator: write `authorization`.",
)
.example("{ name = \"api\", key = \"token\" }");
/// `bearerTokenFile`
pub(super) const BEARER_TOKEN_FILE: Key = Key::new(
    "bearerTokenFile",
    MAYBE_WORD,
    "A file of Prometheus's own with a bearer token; not in PodMonitors. Deprecated by the operator: write `authorization`.",
)
.example("\"/var/run/secrets/kubernetes.io/serviceaccount/token\"");
const TLS_CONFIG_WITH_FILES_TYPE: Type =
    Type::Any(&[Type::Table(&TLS_WITH_FILES), Type::Only(false)]);
/// `tlsConfig` where the server's files may be named too.
pub(super) const TLS_CONFIG_WITH_FILES: Key = Key::new(
    "tlsConfig",
    TLS_CONFIG_WITH_FILES_TYPE,
    "Certificates, and what is asked of the target's.",
)
.example("{ ca = { configMap = { name = \"ca\", key = \"ca.crt\" } } }");
const TLS_CONFIG_TYPE: Type = Type::Any(&[Type::Table(&TLS), Type::Only(false)]);
/// `tlsConfig`
pub(super) const TLS_CONFIG: Key =
    Key { value: TLS_CONFIG_TYPE, ..TLS_CONFIG_WITH_FILES };
/// `followRedirects`
pub(super) const FOLLOW_REDIRECTS: Key =
    Key::new("followRedirects", Type::Boolean, "Redirects are followed.")
        .default("`true`")
        .example("false");
/// `enableHttp2`
pub(super) const ENABLE_HTTP2: Key =
    Key::new("enableHttp2", Type::Boolean, "HTTP/2 is used where the target offers it.")
        .default("`true`")
        .example("false");
/// `proxyUrl`
pub(super) const PROXY_URL: Key =
    Key::new("proxyUrl", MAYBE_PROXY, "A proxy.").example("\"http://proxy:3128\"");
/// `noProxy`
pub(super) const NO_PROXY: Key = Key::new(
    "noProxy",
    MAYBE_WORD,
    "Hosts, addresses and networks that are asked without `proxyUrl`, with commas between them.",
)
.example("\"10.0.0.0/8,.svc\"");
/// `proxyFromEnvironment`
pub(super) const PROXY_FROM_ENVIRONMENT: Key = Key::new(
    "proxyFromEnvironment",
    Type::Boolean,
    "The proxies of Prometheus's own `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`.",
)
.default("`false`")
.example("true");
/// `proxyConnectHeader`
pub(super) const PROXY_CONNECT_HEADER: Key =
    Key::new("proxyConnectHeader", MAYBE_HEADERS, "Headers for the proxy.")
        .example("{ Proxy-Authorization = [{ name = \"proxy\", key = \"header\" }] }");

/// A key of a Secret or ConfigMap.
static REFERENCE: Shape = Shape {
    name: "a reference",
    header: "{ name = …, key = … }",
    doc: "A key of a Secret or ConfigMap in the namespace of the objects. The value itself \
          never stands in a project.",
    keys: &[
        Key::new("name", text(&object_form::WORD), "The Secret or ConfigMap.")
            .required()
            .example("\"api\""),
        Key::new("key", text(&object_form::WORD), "The key in it.")
            .required()
            .example("\"token\""),
        Key::new("optional", Type::Boolean, "It may be missing.")
            .default("`false`")
            .example("true"),
    ],
    others: None,
};

static SOURCE: Shape = Shape {
    name: "a source of a value",
    header: "{ secret = { … } }",
    doc: "A key of a Secret, or one of a ConfigMap.",
    keys: &[
        Key::new("secret", Type::Table(&REFERENCE), "A key of a Secret.")
            .example("{ name = \"api\", key = \"tls.crt\" }"),
        Key::new("configMap", Type::Table(&REFERENCE), "A key of a ConfigMap.")
            .example("{ name = \"ca\", key = \"ca.crt\" }"),
    ],
    others: None,
};

static AUTHORIZATION_SHAPE: Shape = Shape {
    name: "an authorization",
    header: "authorization = { … }",
    doc: "A header `Authorization`.",
    keys: &[
        Key::new("type", MAYBE_WORD, "Its first word; not `Basic`.")
            .default("`\"Bearer\"`")
            .example("\"Bearer\""),
        Key::new("credentials", MAYBE_REFERENCE, "Where the rest of it is; needed.")
            .example("{ name = \"api\", key = \"token\" }"),
    ],
    others: None,
};

static BASIC_AUTH_SHAPE: Shape = Shape {
    name: "a user and a password",
    header: "basicAuth = { … }",
    doc: "HTTP's basic authentication; both keys are needed.",
    keys: &[
        Key::new("username", MAYBE_REFERENCE, "Where the user is.")
            .example("{ name = \"api\", key = \"user\" }"),
        Key::new("password", MAYBE_REFERENCE, "Where the password is.")
            .example("{ name = \"api\", key = \"password\" }"),
    ],
    others: None,
};

static OAUTH2_SHAPE: Shape = Shape {
    name: "an OAuth 2.0 client",
    header: "oauth2 = { … }",
    doc: "The client credentials flow; `clientId`, `clientSecret` and `tokenUrl` are needed.",
    keys: &[
        Key::new("clientId", MAYBE_SOURCE, "Where the client's id is.")
            .example("{ secret = { name = \"api\", key = \"id\" } }"),
        Key::new("clientSecret", MAYBE_REFERENCE, "Where its secret is.")
            .example("{ name = \"api\", key = \"secret\" }"),
        Key::new(
            "tokenUrl",
            Type::Any(&[text(&object_form::TOKEN_URL), Type::Only(false)]),
            "The address of the token.",
        )
        .example("\"https://auth.example.com/token\""),
        Key::new("scopes", MAYBE_WORDS, "The scopes that are asked for.")
            .example("[\"metrics\"]"),
        Key::new(
            "endpointParams",
            Type::Any(&[Type::Table(&ENDPOINT_PARAMS), Type::Only(false)]),
            "Parameters of that request.",
        )
        .example("{ audience = \"metrics\" }"),
        TLS_CONFIG,
        PROXY_URL,
        NO_PROXY,
        PROXY_FROM_ENVIRONMENT,
        PROXY_CONNECT_HEADER,
    ],
    others: None,
};

static ENDPOINT_PARAMS: Shape = Shape {
    name: "the parameters of the request for a token",
    header: "endpointParams",
    doc: "Parameters of the request for a token.",
    keys: &[],
    others: Some(Others {
        what: "a parameter of the request",
        names: Names::Form(&object_form::NAME),
        value: Type::Text(&PARAMETRIC),
        doc: "The value of the parameter of that name.",
        example: "audience = \"metrics\"",
        reserved: None,
    }),
};

static HEADERS: Shape = Shape {
    name: "a table of headers",
    header: "proxyConnectHeader",
    doc: "Headers and where their values are.",
    keys: &[],
    others: Some(Others {
        what: "a header",
        names: Names::Form(&object_form::NAME),
        value: Type::Array(&Type::Table(&REFERENCE)),
        doc: "Where the values of the header of that name are.",
        example: "Proxy-Authorization = [{ name = \"proxy\", key = \"header\" }]",
        reserved: None,
    }),
};

const CA: Key =
    Key::new("ca", MAYBE_SOURCE, "The authority of the target's certificate.")
        .example("{ configMap = { name = \"ca\", key = \"ca.crt\" } }");
const CERT: Key = Key::new("cert", MAYBE_SOURCE, "The certificate that is shown to it.")
    .example("{ secret = { name = \"api\", key = \"tls.crt\" } }");
const KEY_SECRET: Key =
    Key::new("keySecret", MAYBE_REFERENCE, "The key of that certificate.")
        .example("{ name = \"api\", key = \"tls.key\" }");
const SERVER_NAME: Key =
    Key::new("serverName", MAYBE_WORD, "The name that its certificate must have.")
        .example("\"api.example.com\"");
const INSECURE: Key =
    Key::new("insecureSkipVerify", Type::Boolean, "Its certificate is not looked at.")
        .default("`false`")
        .example("true");
const MIN_VERSION: Key =
    Key::new("minVersion", VERSION, "The oldest version of TLS.").example("\"TLS12\"");
const MAX_VERSION: Key =
    Key::new("maxVersion", VERSION, "The newest version of TLS.").example("\"TLS13\"");

static TLS: Shape = Shape {
    name: "a TLS client",
    header: "tlsConfig = { … }",
    doc: "Certificates, and what is asked of the other side's. A certificate needs its key.",
    keys: &[CA, CERT, KEY_SECRET, SERVER_NAME, INSECURE, MIN_VERSION, MAX_VERSION],
    others: None,
};

static TLS_WITH_FILES: Shape = Shape {
    name: "a TLS client of a service",
    header: "tlsConfig = { … }",
    doc: "Certificates, and what is asked of the target's. A certificate needs its key. \
          Files are Prometheus's own; PodMonitors cannot name them.",
    keys: &[
        CA,
        CERT,
        KEY_SECRET,
        Key::new("caFile", MAYBE_WORD, "A file in place of `ca`.")
            .example("\"/etc/prometheus/certs/ca.crt\""),
        Key::new("certFile", MAYBE_WORD, "A file in place of `cert`.")
            .example("\"/etc/prometheus/certs/tls.crt\""),
        Key::new("keyFile", MAYBE_WORD, "A file in place of `keySecret`.")
            .example("\"/etc/prometheus/certs/tls.key\""),
        SERVER_NAME,
        INSECURE,
        MIN_VERSION,
        MAX_VERSION,
    ],
    others: None,
};
