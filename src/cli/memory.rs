//! How the system gives memory.

/// Asks for small pages. A build takes memory in small pieces and ends soon: of huge
/// pages, which the system clears as a whole, a third would stay unused, and memory that
/// other programs gave back is dear to touch. What works long on much memory is better off
/// with huge ones.
#[cfg(target_os = "linux")]
pub(super) fn use_small_pages() {
    // Where the system refuses, it only takes more.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Nothing elsewhere.
#[cfg(not(target_os = "linux"))]
pub(super) fn use_small_pages() {}
