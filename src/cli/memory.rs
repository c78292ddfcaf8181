//! How the system gives memory.

/// Asks for small pages, which counts for memory that is not touched yet. The program takes
/// memory in small pieces and mostly ends soon: of huge pages, which the system clears as a
/// whole, up to a half would stay unused, and memory that other programs gave back is dear
/// to touch. The allocator asks for none; where the system gives them unasked, this counts.
#[cfg(target_os = "linux")]
pub(super) fn use_small_pages() {
    // Where the system refuses, it only takes more.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Nothing elsewhere.
#[cfg(not(target_os = "linux"))]
pub(super) fn use_small_pages() {}
