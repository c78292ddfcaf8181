//! The dashboards of a project as Grafana reads them, and what the tests say of them.

use crate::cli::load::Loaded;
use crate::cli::session::Session;
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::emit;
use crate::emit::grafana;
use crate::grafana::model::Dashboard;
use crate::grafana::read;
use crate::harness::panels::judge::Judge;
use crate::harness::panels::stage::Stage;
use crate::lint::dashboard;
use crate::lint::placed::placed;
use crate::rules::book::Book;
use crate::rules::dashboard::Content;

/// The dashboards of the project in an environment, in their order; with `json` also those
/// of others, which pass through.
pub fn boards(book: &Book, json: bool) -> Vec<Dashboard> {
    let written = emit::emit(book, &[&grafana::TARGET], &mut Sink::new());
    let boards = book.dashboards.iter().zip(written).filter_map(|(own, file)| {
        // What is wrong with them has been said.
        match &own.content {
            Content::Board(board) => {
                let read = read::read(FileId(0), &file.path, &file.text).ok()?;
                Some(placed(read, own, board))
            }
            Content::Json(text) if json => {
                read::read(own.span.file, &own.file, text).ok()
            }
            Content::Json(_) => None,
        }
    });
    boards.collect()
}

/// Says which queries show nothing in any test; with `lint` also what breaks the rules of
/// Grafana's dashboard-linter, and all of it of dashboards in JSON too: those are
/// somebody else's, who did not know the tests.
pub fn check(loaded: &Loaded, stages: &[Stage<'_>], lint: bool, session: &mut Session) {
    let mut judge = Judge::default();
    for (book, stage) in loaded.books.iter().zip(stages) {
        for board in boards(book, lint) {
            judge.look(&board, stage);
            if lint {
                for it in dashboard::check(&board, &book.dialect) {
                    session.sink.push_once(it);
                }
            }
        }
    }
    session.sink.extend(judge.findings());
}
