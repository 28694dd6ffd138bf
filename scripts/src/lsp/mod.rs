//! A language server: errors at their places, completion and hover, from the declarations of the words.
//!
//! The client says what a script's text is now; it is evaluated without a sound, as `check` does, and what is wrong is
//! sent back. `place` turns the client's columns (UTF-16) into ours and back, `look` finds what is wrong.

mod look;
mod place;

use crate::doc::{self, complete};
use crate::syntax::{cursor, word_at};
use crate::words::Doc;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{Completion, HoverRequest, Request as _};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionOptions, CompletionParams, CompletionTextEdit,
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, Documentation, Hover,
    HoverContents, HoverParams, HoverProviderCapability, MarkupContent, MarkupKind, PublishDiagnosticsParams,
    Range, ServerCapabilities, TextDocumentPositionParams, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextEdit, Uri,
};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::fmt::Write as _;

/// What ends a server before its client says so.
type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Serves a client on standard input and output until it says that it is done. An error is the client's: what it sent
/// was no such message, or it is gone.
pub fn stdio() -> Result<(), Failed> {
    let (connection, threads) = Connection::stdio();
    serve(connection)?;
    Ok(threads.join()?)
}

/// Serves a client.
pub fn serve(connection: Connection) -> Result<(), Failed> {
    let capabilities = ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(vec![".".into(), "(".into()]),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        ..ServerCapabilities::default()
    };
    connection.initialize(serde_json::to_value(capabilities)?)?;
    let mut server = Server { connection, docs: doc::all(), texts: HashMap::new() };
    while let Ok(message) = server.connection.receiver.recv() {
        match message {
            Message::Request(request) => {
                if server.connection.handle_shutdown(&request)? {
                    break;
                }
                let answer = server.answer(request);
                server.connection.sender.send(answer.into())?;
            }
            Message::Notification(told) => server.hear(told)?,
            Message::Response(_) => {}
        }
    }
    Ok(())
}

struct Server {
    connection: Connection,
    docs: Vec<Doc>,
    /// The texts that are open, by their addresses.
    texts: HashMap<String, String>,
}

impl Server {
    fn answer(&self, request: Request) -> Response {
        let Request { id, method, params } = request;
        match method.as_str() {
            Completion::METHOD => match read::<CompletionParams>(params) {
                Ok(p) => Response::new_ok(id, self.complete(&p.text_document_position)),
                Err(e) => Response::new_err(id, ErrorCode::InvalidParams as i32, e),
            },
            HoverRequest::METHOD => match read::<HoverParams>(params) {
                Ok(p) => Response::new_ok(id, self.hover(&p.text_document_position_params)),
                Err(e) => Response::new_err(id, ErrorCode::InvalidParams as i32, e),
            },
            _ => {
                let what = format!("`{method}` is not known here");
                Response::new_err(id, ErrorCode::MethodNotFound as i32, what)
            }
        }
    }

    fn hear(&mut self, told: Notification) -> Result<(), Failed> {
        let Notification { method, params } = told;
        match method.as_str() {
            DidOpenTextDocument::METHOD => {
                let document = read::<DidOpenTextDocumentParams>(params)?.text_document;
                self.check(document.uri, document.text, Some(document.version))
            }
            DidChangeTextDocument::METHOD => {
                let DidChangeTextDocumentParams { text_document, content_changes } = read(params)?;
                let Some(change) = content_changes.into_iter().last() else { return Ok(()) };
                self.check(text_document.uri, change.text, Some(text_document.version))
            }
            DidCloseTextDocument::METHOD => {
                let uri = read::<DidCloseTextDocumentParams>(params)?.text_document.uri;
                self.texts.remove(uri.as_str());
                self.publish(uri, Vec::new(), None)
            }
            _ => Ok(()),
        }
    }

    /// Keeps a text and tells what is wrong with it.
    fn check(&mut self, uri: Uri, text: String, version: Option<i32>) -> Result<(), Failed> {
        let wrong = look::wrong(uri.as_str(), &text);
        self.texts.insert(uri.as_str().into(), text);
        self.publish(uri, wrong, version)
    }

    fn publish(
        &self,
        uri: Uri,
        diagnostics: Vec<lsp_types::Diagnostic>,
        version: Option<i32>,
    ) -> Result<(), Failed> {
        let params = PublishDiagnosticsParams { uri, diagnostics, version };
        let told = Notification::new(PublishDiagnostics::METHOD.into(), params);
        Ok(self.connection.sender.send(told.into())?)
    }

    fn text(&self, at: &TextDocumentPositionParams) -> Option<(&str, usize)> {
        let text = self.texts.get(at.text_document.uri.as_str())?;
        Some((text, place::offset(text, at.position)))
    }

    fn complete(&self, at: &TextDocumentPositionParams) -> Vec<CompletionItem> {
        let Some((text, offset)) = self.text(at) else { return Vec::new() };
        let (start, all) = complete(text, offset, &self.docs);
        let range = Range { start: place::position(text, start), end: at.position };
        let item = |s: doc::Suggestion| CompletionItem {
            kind: Some(if s.argument { CompletionItemKind::FIELD } else { CompletionItemKind::FUNCTION }),
            detail: Some(s.detail),
            documentation: Some(Documentation::String(s.help)),
            // Names of arguments come first.
            sort_text: Some(format!("{}{}", u8::from(!s.argument), s.name)),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: s.text })),
            label: s.name,
            ..CompletionItem::default()
        };
        all.into_iter().map(item).collect()
    }

    fn hover(&self, at: &TextDocumentPositionParams) -> Option<Hover> {
        let (text, offset) = self.text(at)?;
        let (word, start, end) = word_at(text, offset)?;
        let place = cursor(text, end);
        if place.in_text {
            return None;
        }
        let range = Some(Range { start: place::position(text, start), end: place::position(text, end) });
        let called = place.call.filter(|_| place.begins_argument);
        let argument = called.and_then(|call| {
            let doc = self
                .docs
                .iter()
                .filter(|d| d.name == call)
                .find_map(|d| d.parameters.iter().find(|p| p[0] == word));
            doc.map(|[name, values, help]| format!("`{name}`: {values}\n\n{help}"))
        });
        let value = argument.or_else(|| told(&word, &self.docs))?;
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
        Some(Hover { contents, range })
    }
}

/// All that is told about a word, in Markdown.
fn told(word: &str, docs: &[Doc]) -> Option<String> {
    let mut out = String::new();
    for doc in docs.iter().filter(|d| d.name == word) {
        let _ = write!(out, "```rust\n{}\n```\n{}\n\n", doc.signature, doc.help);
        for [name, values, help] in &doc.parameters {
            let _ = writeln!(out, "- `{name}`: {values}; {help}");
        }
    }
    (!out.is_empty()).then_some(out)
}

fn read<T: DeserializeOwned>(params: serde_json::Value) -> Result<T, String> {
    serde_json::from_value(params).map_err(|e| e.to_string())
}
