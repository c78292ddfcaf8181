//! The dashboards of a project as Grafana reads them, and what the tests say of them.

use crate::cli::session::Session;
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::emit;
use crate::emit::artifact::Artifact;
use crate::emit::grafana;
use crate::grafana::model::Dashboard;
use crate::grafana::read;
use crate::harness::panels::judge::Judge;
use crate::harness::panels::stage::Stage;
use crate::lint::dashboard::placed::placed;
use crate::rules::book::Book;
use crate::rules::dashboard::{Board, Content};

/// A dashboard as Grafana reads it, and what its author wrote where that was not JSON.
pub type Read<'a> = (Dashboard, Option<&'a Board>);

/// The dashboards of the project as they are written for an environment.
pub fn written(book: &Book) -> Vec<Artifact> {
    emit::emit(book, &[&grafana::TARGET], &mut Sink::new())
}

/// The dashboards of the project in an environment, in their order; with `json` also those
/// of others, which pass through.
pub fn boards<'b>(book: &'b Book, written: &[Artifact], json: bool) -> Vec<Read<'b>> {
    let boards = book.dashboards.iter().zip(written).filter_map(|(own, file)| {
        // What is wrong with them has been said.
        match &own.content {
            Content::Board(board) => {
                let read = read::read(FileId(0), &file.path, &file.text).ok()?;
                Some((placed(read, own, board), Some(board)))
            }
            // Its places are those of the author's text.
            Content::Json { read: text, .. } if json => {
                Some((read::read(own.span.file, &own.file, text).ok()?, None))
            }
            Content::Json { .. } => None,
        }
    });
    boards.collect()
}

/// Says which queries show nothing in any test.
pub fn check(boards: &[Vec<Read<'_>>], stages: &[Stage<'_>], session: &mut Session) {
    let mut judge = Judge::default();
    for (boards, stage) in boards.iter().zip(stages) {
        for (board, _) in boards {
            judge.look(board, stage);
        }
    }
    session.sink.extend(judge.findings());
}
