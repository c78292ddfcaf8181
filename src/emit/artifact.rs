//! One file of the output.

/// What a file is to those that refer to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A Kubernetes object, listed as a resource.
    Resource,
    /// A file that becomes a ConfigMap of this name.
    Dashboard {
        /// The ConfigMap's name.
        name: String,
    },
    /// Anything else.
    Plain,
}

/// A file of the output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Where it goes, below the environment's folder, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What it is.
    pub kind: Kind,
}

impl Artifact {
    /// A file.
    pub fn new(path: impl Into<String>, text: String, kind: Kind) -> Artifact {
        Artifact { path: path.into(), text, kind }
    }
}
