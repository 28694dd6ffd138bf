//! Why a text is no patch.

use super::{Endpoint, FORMAT};
use thiserror::Error;

/// Why a text is no patch.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PatchError {
    /// No JSON, or JSON of another shape.
    #[error("line {line}, column {column}: {what}")]
    Json {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
    /// JSON without a format number.
    #[error("this is no patch: it has no `format`; a patch begins with {{\"format\": {FORMAT}, …")]
    NoFormat,
    /// Written by a newer version.
    #[error("the patch has format {0}, this version reads up to {FORMAT}; open it with a newer Signalbox")]
    Newer(u64),
    /// Two nodes of one id.
    #[error("two nodes have the id `{0}`; give one of them another")]
    SameNode(String),
    /// Two cables of one id.
    #[error("two cables have the id {0}; leave the ids out and they are numbered")]
    SameCable(u32),
    /// Two lanes of one parameter.
    #[error("two lanes move `{0}`; make them one")]
    SameLane(Endpoint),
    /// A cable or a lane whose node is not there.
    #[error("{place}: there is no node `{node}`{}", hint(.near))]
    NoNode {
        /// The cable or the lane.
        place: String,
        /// The id of the node.
        node: String,
        /// What may have been meant.
        near: Option<String>,
    },
    /// An id that could not be written in a cable's end.
    #[error("`{0}` can't be an id: it must have a letter and neither `.` nor `/`")]
    BadId(String),
    /// A setting of the whole patch is wrong.
    #[error("`{what}`: {why}")]
    Setting {
        /// Which.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

impl From<serde_json::Error> for PatchError {
    fn from(e: serde_json::Error) -> Self {
        let text = e.to_string();
        let what = text.split(" at line ").next().unwrap_or(&text).to_string();
        Self::Json { line: e.line(), column: e.column(), what }
    }
}

fn hint(near: &Option<String>) -> String {
    near.as_ref().map_or("; add it, or take this out".into(), |n| format!("; did you mean `{n}`?"))
}
