//! `lsp`: a client that speaks the Language Server Protocol over standard input and output.

use crate::live::Running;
use crate::support::Folder;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};

/// An editor of text with one script open.
struct Client {
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    requests: u64,
    uri: String,
    version: i32,
    process: Running,
}

impl Client {
    fn new(folder: &Folder) -> Self {
        let mut command = folder.command(&["lsp"]);
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the command runs");
        let (to, from) =
            (process.stdin.take().expect("its input"), process.stdout.take().expect("its output"));
        let uri = format!("file://{}", folder.path("mix ä.rhai").display())
            .replace(' ', "%20")
            .replace('ä', "%C3%A4");
        let mut client =
            Self { to, from: BufReader::new(from), requests: 0, uri, version: 0, process: Running(process) };
        let answer =
            client.ask("initialize", json!({ "processId": null, "rootUri": null, "capabilities": {} }));
        assert_eq!(answer["capabilities"]["hoverProvider"], true, "{answer}");
        client.tell("initialized", json!({}));
        client
    }

    fn send(&mut self, message: Value) {
        let text = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("it listens");
        self.to.flush().expect("it listens");
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.from.read_line(&mut line).expect("it speaks") > 0, "it has gone");
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().expect("a number");
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).expect("it speaks");
        serde_json::from_slice(&body).expect("JSON")
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The answer to a request, or its error.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = self.requests;
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let answer = self.receive();
        assert_eq!(answer["id"], id, "{answer}");
        answer.get("error").or(answer.get("result")).cloned().unwrap_or_default()
    }

    /// What is wrong with a text, as the server tells it when it is opened or changed.
    fn types(&mut self, text: &str) -> Vec<Value> {
        self.version += 1;
        let (uri, version) = (self.uri.clone(), self.version);
        if version == 1 {
            let document = json!({ "uri": uri, "languageId": "rhai", "version": version, "text": text });
            self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        } else {
            let params = json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [{ "text": text }] });
            self.tell("textDocument/didChange", params);
        }
        let told = self.receive();
        assert_eq!(told["method"], "textDocument/publishDiagnostics");
        assert_eq!((&told["params"]["uri"], &told["params"]["version"]), (&json!(uri), &json!(version)));
        told["params"]["diagnostics"].as_array().expect("a list").clone()
    }

    fn at(&mut self, method: &str, line: u32, character: u32) -> Value {
        let uri = self.uri.clone();
        let place = json!({ "line": line, "character": character });
        self.ask(method, json!({ "textDocument": { "uri": uri }, "position": place }))
    }
}

fn range(line: u32, from: u32, to: u32) -> Value {
    json!({ "start": { "line": line, "character": from }, "end": { "line": line, "character": to } })
}

#[test]
fn errors_stand_at_their_places_and_go_when_they_are_mended() {
    let folder = Folder::new();
    let mut client = Client::new(&folder);
    // The clef is one letter and two units of UTF-16.
    let right = "// 𝄞\nlet x = osc(220.hz);\n/* 𝄞 */ x |> comp(ratio: 3) |> master();\n";
    assert_eq!(client.types(right), Vec::<Value>::new());
    let wrong = client.types(&right.replace("ratio", "ratoi"));
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert_eq!(wrong[0]["range"], range(2, 19, 24));
    assert_eq!(wrong[0]["severity"], 1);
    let message = wrong[0]["message"].as_str().expect("a text");
    assert!(message.contains("did you mean `ratio`?"), "{message}");
    // What only a compiler finds, and what is odd.
    let wrong = client.types("let b = bus(\"b\"); osc(1.hz) |> b;\nosc(2.hz) |> master();");
    assert!(wrong.iter().all(|w| w["severity"] == 2) && wrong.len() == 1, "{wrong:?}");
    // A file that is not there, and a syntax error at the end of a line.
    let wrong = client.types("track(\"a\",\n  file: \"none.wav\") |> master();");
    assert_eq!(wrong[0]["range"]["start"]["line"], 1, "{wrong:?}");
    assert!(!client.types("osc(220.hz").is_empty());
    // What only a render knows is no error.
    let wrong = client.types("let l = lufs(osc(220.hz)); osc(l.value.hz) |> out;");
    assert!(wrong.iter().all(|w| w["severity"] == 3) && wrong.len() == 1, "{wrong:?}");
    assert_eq!(client.types("loop {}")[0]["severity"], 1);
    assert_eq!(client.types(right), Vec::<Value>::new());
}

#[test]
fn words_and_arguments_are_completed_and_explained() {
    let folder = Folder::new();
    let mut client = Client::new(&folder);
    client.types("/* 𝄞 */ osc(220.hz) |> comp(rat");
    let list = client.at("textDocument/completion", 0, 32);
    let names: Vec<&str> =
        list.as_array().expect("a list").iter().filter_map(|i| i["label"].as_str()).collect();
    // The argument first, then words that begin so.
    assert_eq!(names, ["ratio", "rate"]);
    assert_eq!(list[0]["textEdit"], json!({ "range": range(0, 29, 32), "newText": "ratio: " }));
    client.types("osc(220.hz) |> low");
    let list = client.at("textDocument/completion", 0, 18);
    let lowpass = list.as_array().expect("a list").iter().find(|i| i["label"] == "lowpass").expect("lowpass");
    assert!(lowpass["documentation"].as_str().is_some_and(|d| d.contains("below")), "{lowpass}");
    assert_eq!(lowpass["textEdit"]["range"], range(0, 15, 18));
    // Behind a number stand units, in a text nothing.
    client.types("let x = 3.k");
    let list = client.at("textDocument/completion", 0, 11);
    assert_eq!(list[0]["label"], "khz", "{list}");
    client.types("track(\"co");
    assert_eq!(client.at("textDocument/completion", 0, 9), json!([]));
    // A word and an argument are explained, in their own places.
    client.types("osc(220.hz) |> comp(ratio: 4) |> master();");
    let word = client.at("textDocument/hover", 0, 17);
    assert_eq!(word["range"], range(0, 15, 19));
    assert!(word["contents"]["value"].as_str().is_some_and(|t| t.contains("threshold")), "{word}");
    let argument = client.at("textDocument/hover", 0, 22);
    assert!(argument["contents"]["value"].as_str().is_some_and(|t| t.starts_with("`ratio`: ")), "{argument}");
    assert_eq!(client.at("textDocument/hover", 0, 12), Value::Null);
}

#[test]
fn a_client_that_is_odd_gets_an_error_and_one_that_is_done_ends_the_server() {
    let folder = Folder::new();
    let mut client = Client::new(&folder);
    assert_eq!(client.ask("textDocument/noSuchThing", json!({}))["code"], -32601);
    assert_eq!(client.ask("textDocument/hover", json!({ "nonsense": 1 }))["code"], -32602);
    assert_eq!(client.at("textDocument/hover", 400, 7), Value::Null);
    assert_eq!(client.ask("shutdown", Value::Null), Value::Null);
    client.tell("exit", Value::Null);
    let code = client.process.0.wait().expect("it ends").code();
    assert_eq!(code, Some(0));
}
