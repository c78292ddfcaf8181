//! A part of a pattern while it is put together, with what the limits need to know.

use regex_syntax::hir::{Class, Hir, Repetition};

use crate::promql::limits::PATTERN_COUNT;

/// A finished part.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Height of the tree.
    pub(super) height: u32,
    /// Instructions that Go would compile it to.
    pub(super) size: u64,
    /// The largest product of counts along a path of nested repetitions.
    copies: u64,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// One character; runs of them become one literal.
    Char(char),
    Hir(Hir),
}

impl Node {
    pub(super) fn char(c: char) -> Node {
        Node { kind: Kind::Char(c), height: 1, size: 1, copies: 1 }
    }

    pub(super) fn hir(hir: Hir) -> Node {
        Node { kind: Kind::Hir(hir), height: 1, size: 1, copies: 1 }
    }

    pub(super) fn class(class: regex_syntax::hir::ClassUnicode) -> Node {
        Node::hir(Hir::class(Class::Unicode(class)))
    }

    /// The part as the automaton's builder takes it.
    pub(super) fn into_hir(self) -> Hir {
        match self.kind {
            Kind::Char(c) => literal(c.encode_utf8(&mut [0; 4])),
            Kind::Hir(hir) => hir,
        }
    }

    /// Parts one after the other.
    pub(super) fn concat(nodes: Vec<Node>) -> Node {
        Node::join(nodes, 0, |nodes| {
            let mut hirs = Vec::new();
            let mut text = String::new();
            for node in nodes {
                match node.kind {
                    Kind::Char(c) => text.push(c),
                    Kind::Hir(hir) => {
                        if !text.is_empty() {
                            hirs.push(literal(&text));
                            text.clear();
                        }
                        hirs.push(hir);
                    }
                }
            }
            if !text.is_empty() {
                hirs.push(literal(&text));
            }
            Hir::concat(hirs)
        })
    }

    /// One part or another.
    pub(super) fn alternate(nodes: Vec<Node>) -> Node {
        Node::join(nodes, 1, |nodes| {
            Hir::alternation(nodes.into_iter().map(Node::into_hir).collect())
        })
    }

    /// `between` is the size of what stands between two parts.
    fn join(
        mut nodes: Vec<Node>,
        between: u64,
        hir: impl FnOnce(Vec<Node>) -> Hir,
    ) -> Node {
        if nodes.len() == 1
            && let Some(only) = nodes.pop()
        {
            return only;
        }
        let is_tree = |it: &Node| matches!(it.kind, Kind::Hir(_));
        let below =
            nodes.iter().filter(|it| is_tree(it)).map(|it| it.height).max().unwrap_or(0);
        let size: u64 = nodes.iter().map(|it| it.size).sum();
        let size = size + between * (nodes.len() as u64).saturating_sub(1);
        let copies = nodes.iter().map(|it| it.copies).max().unwrap_or(1);
        Node { height: below + 1, size: size.max(1), copies, kind: Kind::Hir(hir(nodes)) }
    }

    /// A group that is remembered.
    pub(super) fn capture(self, index: u32) -> Node {
        let (height, size, copies) = (self.height + 1, self.size + 2, self.copies);
        let capture = regex_syntax::hir::Capture {
            index,
            name: None,
            sub: Box::new(self.into_hir()),
        };
        Node { kind: Kind::Hir(Hir::capture(capture)), height, size, copies }
    }

    /// The part `min` to `max` times; `counted` where the counts were written.
    pub(super) fn repeat(
        self,
        min: u32,
        max: Option<u32>,
        greedy: bool,
        counted: bool,
    ) -> Node {
        let height = self.height + 1;
        let (low, high) = (u64::from(min), max.map(u64::from));
        let size = match (counted, high) {
            (false, Some(_)) => self.size + 1,
            (false, None) => self.size + 2,
            (true, None) if low == 0 => self.size + 2,
            (true, None) => 1 + low * self.size,
            (true, Some(high)) => high * self.size + high.saturating_sub(low),
        };
        let copies = match (counted, high) {
            (false, _) => self.copies,
            (true, Some(0)) => 1,
            (true, high) => high.unwrap_or(low).max(1) * self.copies,
        };
        let sub = Box::new(self.into_hir());
        let hir = Hir::repetition(Repetition { min, max, greedy, sub });
        Node { kind: Kind::Hir(hir), height, size: size.max(1), copies }
    }

    /// Whether nested repetitions come to more copies than Go allows.
    pub(super) fn repeats_too_often(&self) -> bool {
        self.copies > u64::from(PATTERN_COUNT)
    }
}

fn literal(text: &str) -> Hir {
    Hir::literal(text.as_bytes())
}
