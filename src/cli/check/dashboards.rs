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
use crate::lint::placed::placed;
use crate::rules::book::Book;
use crate::rules::dashboard::Content;

/// The dashboards that the project writes in an environment, in their order.
pub fn boards(book: &Book) -> Vec<Dashboard> {
    let written = emit::emit(book, &[&grafana::TARGET], &mut Sink::new());
    let boards = book.dashboards.iter().zip(written).filter_map(|(own, file)| {
        let Content::Board(board) = &own.content else { return None };
        // What is written here can be read.
        let read = read::read(FileId(0), &file.path, &file.text).ok()?;
        Some(placed(read, own, board))
    });
    boards.collect()
}

/// Says which queries show nothing in any test.
pub fn check(loaded: &Loaded, stages: &[Stage<'_>], session: &mut Session) {
    let mut judge = Judge::default();
    for (book, stage) in loaded.books.iter().zip(stages) {
        for board in boards(book) {
            judge.look(&board, stage);
        }
    }
    session.sink.extend(judge.findings());
}
