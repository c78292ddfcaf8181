//! `schema`: prints the JSON Schema of the project's files.

use crate::case::native::keys as tests;
use crate::cli::args::{Global, Schema, SchemaOf};
use crate::cli::exit::Exit;
use crate::cli::say;
use crate::doc::schema;
use crate::spec::keys::{dashboard, file, manifest};

/// Runs the command.
pub fn run(_: &Global, args: &Schema) -> Exit {
    let (shape, title) = match args.of {
        SchemaOf::Manifest => (&manifest::MANIFEST, "aqua-alerts.toml"),
        SchemaOf::Alerts => (&file::FILE, "alerts/*.toml and packs/*.toml"),
        SchemaOf::Dashboard => (&dashboard::DASHBOARD, "dashboards/*.toml"),
        SchemaOf::Tests => (&tests::FILE, "testdata/*.toml"),
    };
    let schema = schema::schema(shape, title);
    // The schema is the document, in every format.
    say::result(&format!("{schema:#}\n"));
    Exit::Clean
}
