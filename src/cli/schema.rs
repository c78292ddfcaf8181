//! `schema`: prints the JSON Schema of the project's files.

use crate::case::native::keys as tests;
use crate::cli::args::{Global, Schema, SchemaOf};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::doc::schema;
use crate::spec::keys::{dashboard, file, manifest};

/// Runs the command.
pub fn run(global: &Global, args: &Schema) -> Exit {
    let (shape, title) = match args.of {
        SchemaOf::Manifest => (&manifest::MANIFEST, "aqua-alerts.toml"),
        SchemaOf::Alerts => (&file::FILE, "alerts/*.toml and packs/*.toml"),
        SchemaOf::Dashboard => (&dashboard::DASHBOARD, "dashboards/*.toml"),
        SchemaOf::Tests => (&tests::FILE, "testdata/*.toml"),
    };
    let schema = schema::schema(shape, title);
    Session::new(global).finish(Exit::Clean, &format!("{schema:#}\n"), schema)
}
