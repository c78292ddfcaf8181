//! TOML and YAML as one tree that knows where everything was written.
