//! Texts that expressions have in common.
//!
//! The expressions of a project name the same labels and values again and again: most of
//! their trees would be copies of a few words. What was said lately is kept, for each
//! thread by itself, so that trees share it; what is kept is bounded, and changes no result.

use std::cell::RefCell;
use std::sync::Arc;

const N_WORDS: usize = 1024;

/// Longer texts are hardly words.
const MAX_BYTES: usize = 64;

thread_local! {
    /// A text stands where its hash says, until another one takes that place.
    static WORDS: RefCell<Vec<Option<Arc<str>>>> = const { RefCell::new(Vec::new()) };
}

/// FNV-1a: words are short, and a clash costs a copy.
fn hash(text: &str) -> usize {
    let mix = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, mix) as usize
}

/// A text, shared with those who said the same before.
pub(super) fn word(text: &str) -> Arc<str> {
    if MAX_BYTES < text.len() {
        return text.into();
    }
    WORDS.with_borrow_mut(|words| {
        words.resize(N_WORDS, None);
        let place = &mut words[hash(text) % N_WORDS];
        match place {
            Some(it) if **it == *text => it.clone(),
            _ => place.insert(text.into()).clone(),
        }
    })
}
