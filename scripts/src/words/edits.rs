//! Every edit of a patch as a word: what is done by hand is said so, and patches are written out so.

use super::{Answer, Args, Call, Words};
use crate::amount::{Amount, Measure};
use crate::draft::{MOST_NODES, named, number_text};
use crate::trouble::Wrong;
use rhai::{Array, Dynamic, ImmutableString, Map};
use serde::de::DeserializeOwned;
use serde_json::Value;
use signalbox_engine::patch::{Cable, Edit, Endpoint, Lane, Node, Point, Scope, TempoMap};

/// A value that the language has no literal for.
#[derive(Clone)]
struct Json(Value);

/// How deep lists and maps may lie in one another.
const DEEPEST: usize = 32;

/// What reads the edit that a word says.
type Read = fn(&mut Args, Scope) -> Result<Edit, Wrong>;

/// A word, how it is called, what it does, how many values it takes, and what reads it.
type Word = (&'static str, &'static str, &'static str, usize, Read);

/// All edits.
const EDITS: &[Word] = &[
    (
        "add_node",
        "add_node(\"lead\", \"osc\", values: #{\"freq\": 220.hz}, label: \"Lead\", at: [0.0, 80.0])",
        "puts a node with this id in; `bypass`, `mute`, `role` and `voices` may be said, too",
        2,
        add_node,
    ),
    (
        "remove_node",
        "remove_node(\"lead\")",
        "takes a node out that has no cables and lanes any more",
        1,
        |a, s| Ok(Edit::RemoveNode(s, a.text(ID)?)),
    ),
    (
        "set_value",
        "set_value(\"lead\", \"freq\", 440.hz)",
        "sets a parameter of a node; () leaves it to its default",
        3,
        |a, s| Ok(Edit::SetValue(s, a.text(ID)?, a.text("the name of a parameter")?, option(a)?)),
    ),
    ("set_label", "set_label(\"lead\", \"Lead\")", "writes a node's label", 2, |a, s| {
        Ok(Edit::SetLabel(s, a.text(ID)?, a.text("a label")?))
    }),
    ("move_node", "move_node(\"lead\", [240.0, 80.0])", "moves a node on the canvas", 2, |a, s| {
        Ok(Edit::Move(s, a.text(ID)?, data(a, "a place, as in [240.0, 80.0]")?))
    }),
    (
        "set_bypass",
        "set_bypass(\"lead\", true)",
        "sends sound round a node, or through it again",
        2,
        |a, s| Ok(Edit::SetBypass(s, a.text(ID)?, data(a, SWITCH)?)),
    ),
    ("set_mute", "set_mute(\"lead\", true)", "silences a node, or lets it sound again", 2, |a, s| {
        Ok(Edit::SetMute(s, a.text(ID)?, data(a, SWITCH)?))
    }),
    (
        "set_role",
        "set_role(\"vox fader\", \"strip\")",
        "says what a node is to a mix: \"strip\", \"mix\" or ()",
        2,
        |a, s| Ok(Edit::SetRole(s, a.text(ID)?, data(a, "\"strip\", \"mix\" or ()")?)),
    ),
    (
        "set_voices",
        "set_voices(\"synth\", 8)",
        "gives an instance of a sub-patch so many voices; () makes it a plain one",
        2,
        |a, s| Ok(Edit::SetVoices(s, a.text(ID)?, data(a, "a number of voices, or ()")?)),
    ),
    (
        "set_kind",
        "set_kind(\"lead\", \"noise\")",
        "gives a node another kind in the same place",
        2,
        |a, s| Ok(Edit::SetKind(s, a.text(ID)?, a.text("a kind of node")?)),
    ),
    (
        "connect",
        "connect(7, \"lead\", \"out\", gain: -6.db)",
        "draws a cable under a number, from a node or node.port to another; `depth` and `feedback` may be said, too",
        3,
        connect,
    ),
    ("disconnect", "disconnect(7)", "pulls a cable", 1, |a, s| Ok(Edit::Disconnect(s, data(a, CABLE)?))),
    ("set_cable", "set_cable(7, gain: -6.db)", "changes a cable's level and depth", 1, |a, s| {
        let id = data(a, CABLE)?;
        Ok(Edit::SetCable(s, id, level(a, "gain")?, level(a, "depth")?))
    }),
    (
        "set_lane",
        "set_lane(\"lead.freq\", [[0, \"220 Hz\"], [\"bar 3\", \"440 Hz\", \"s\"]])",
        "writes the automation of a parameter; () erases it",
        2,
        |a, s| {
            let end = Endpoint::from(a.text("a parameter, as in \"lead.freq\"")?.as_str());
            let points: Option<Vec<Point>> = data(a, "a list of points, as in [[0, 1], [2, 3]]")?;
            Ok(Edit::SetLane(s, end, points.map(|points| Lane { points })))
        },
    ),
    (
        "set_subpatch",
        "set_subpatch(\"echo\", #{\"nodes\": [], \"cables\": []})",
        "writes a sub-patch as a patch file has it; () erases it; edits with `within: \"echo\"` are about its inside",
        2,
        |a, _| Ok(Edit::SetSubpatch(a.text("a name")?, data(a, "a map with nodes, cables and lanes")?)),
    ),
    (
        "set_tempo",
        "set_tempo([[0.0, 120.0]], [[1, 4.0]])",
        "sets how beats lie in time: tempi from beats on, and meters from bars on",
        2,
        |a, _| {
            let tempo = data(a, "a list of [beat, tempo]")?;
            Ok(Edit::SetTempo(TempoMap { tempo, meter: data(a, "a list of [bar, beats]")? }))
        },
    ),
    ("set_length", "set_length(\"4 s\")", "sets how long a render lasts; () by what sounds", 1, |a, _| {
        Ok(Edit::SetLength(option(a)?))
    }),
    ("set_rate", "set_rate(48000)", "sets the rate that the patch wants; () for any", 1, |a, _| {
        Ok(Edit::SetRate(data(a, "a number of frames a second, or ()")?))
    }),
    ("set_title", "set_title(\"Night Bus\")", "names the patch", 1, |a, _| {
        Ok(Edit::SetTitle(a.text("a title")?))
    }),
    (
        "set_markers",
        "set_markers([#{\"time\": \"bar 9\", \"name\": \"verse\"}])",
        "sets the named moments",
        1,
        |a, _| Ok(Edit::SetMarkers(data(a, "a list of maps with time and name")?)),
    ),
    (
        "set_controls",
        "set_controls([#{\"number\": 7, \"to\": \"lead.level\"}])",
        "sets which MIDI controllers move which parameters",
        1,
        |a, _| Ok(Edit::SetControls(data(a, "a list of maps with number, channel and to")?)),
    ),
    (
        "set_meta",
        "set_meta(\"author\", \"Ada\")",
        "keeps a word about the patch; () forgets it",
        2,
        |a, _| Ok(Edit::SetMeta(a.text("a name")?, option(a)?)),
    ),
];

const ID: &str = "the id of a node";
const SWITCH: &str = "true or false";
const CABLE: &str = "the number of a cable";

/// Teaches the words.
pub fn teach(words: &mut Words<'_>) {
    for &(word, signature, help, values, read) in EDITS {
        words.doc(word, signature, help);
        words.plain_word(word, values..=values + 1, values, move |call, args| edit(call, args, read));
    }
    words.word(
        "json",
        "json(\"18446744073709551615\")",
        "a value of JSON, from its text",
        1..=1,
        |_, mut args| {
            let text = args.text("a text")?;
            args.done()?;
            let value =
                serde_json::from_str(&text).map_err(|e| Wrong::new(format!("that is no JSON: {e}")))?;
            Ok(Dynamic::from(Json(value)))
        },
    );
}

fn edit(call: &Call<'_, '_>, mut args: Args, read: Read) -> Answer {
    let scope = args.named_text("within")?;
    let edit = read(&mut args, scope)?;
    args.done()?;
    call.draft(|d| {
        let made = match &edit {
            Edit::AddNode(scope, id, _) => {
                if d.patch.scope(scope).is_some_and(|graph| graph.nodes.len() >= MOST_NODES) {
                    return Err(Wrong::new(format!(
                        "there are {MOST_NODES} nodes already, and that is the most"
                    )));
                }
                Some(id.clone())
            }
            _ => None,
        };
        d.patch.apply(edit)?;
        made.iter().for_each(|id| d.mark(id));
        Ok::<_, Wrong>(())
    })?;
    Ok(Dynamic::UNIT)
}

fn add_node(args: &mut Args, scope: Scope) -> Result<Edit, Wrong> {
    let (id, kind) = (args.text(ID)?, args.text("a kind of node")?);
    let mut node = Node { label: args.named_text("label")?.unwrap_or_default(), ..Node::new(&kind) };
    if let Some(values) = args.named("values") {
        let Value::Object(values) = value(&values, DEEPEST)? else {
            return Err(Wrong::about("values", "`values` wants a map, as in #{\"freq\": 220.hz}"));
        };
        node.values = values;
        node.values.sort_keys();
    }
    node.bypass = args.named_switch("bypass")?;
    node.mute = args.named_switch("mute")?;
    if let Some(at) = args.named("at") {
        node.at = Some(of_json("at", value(&at, DEEPEST)?)?);
    }
    if let Some(role) = args.named("role") {
        node.role = Some(of_json("role", value(&role, DEEPEST)?)?);
    }
    if let Some(voices) = args.named("voices") {
        node.voices = Some(of_json("voices", value(&voices, DEEPEST)?)?);
    }
    Ok(Edit::AddNode(scope, id, node))
}

fn connect(args: &mut Args, scope: Scope) -> Result<Edit, Wrong> {
    let id = data(args, CABLE)?;
    let (from, to) = (args.text("where the cable comes from")?, args.text("where it goes")?);
    let cable = Cable {
        gain: level(args, "gain")?,
        depth: level(args, "depth")?,
        feedback: args.named_switch("feedback")?,
        ..Cable::new(&from, &to)
    };
    Ok(Edit::Connect(scope, id, cable))
}

/// A named value as a patch holds it, where it is given.
fn level(args: &mut Args, name: &'static str) -> Result<Option<Value>, Wrong> {
    args.named(name).map(|given| value(&given, DEEPEST)).transpose()
}

/// The next value as a patch holds it, or nothing.
fn option(args: &mut Args) -> Result<Option<Value>, Wrong> {
    let given = args.next().unwrap_or_default();
    if given.is_unit() { Ok(None) } else { value(&given, DEEPEST).map(Some) }
}

/// The next value, as data of a patch.
fn data<T: DeserializeOwned>(args: &mut Args, what: &str) -> Result<T, Wrong> {
    let given = args.next().unwrap_or_default();
    let read = serde_json::from_value(value(&given, DEEPEST)?);
    read.map_err(|e| Wrong::new(format!("`{}` wants {what}; got {}: {e}", args.word(), named(&given))))
}

fn of_json<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, Wrong> {
    serde_json::from_value(value).map_err(|e| Wrong::about(name, format!("`{name}`: {e}")))
}

/// A value of the language as a patch holds it.
fn value(given: &Dynamic, depth: usize) -> Result<Value, Wrong> {
    let given = given.flatten_clone();
    let deeper = || depth.checked_sub(1).ok_or_else(|| Wrong::new("lists lie too deep in one another"));
    if given.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(i) = given.as_int() {
        return Ok(i.into());
    }
    if let Ok(x) = given.as_float() {
        return Ok(x.into());
    }
    if let Ok(on) = given.as_bool() {
        return Ok(on.into());
    }
    if let Some(text) = given.read_lock::<ImmutableString>() {
        return Ok(text.as_str().into());
    }
    if let Some(Amount { value, measure: Measure::Of(unit) }) = given.clone().try_cast::<Amount>() {
        return Ok(number_text(value, unit));
    }
    if let Some(Json(value)) = given.clone().try_cast::<Json>() {
        return Ok(value);
    }
    if let Some(list) = given.read_lock::<Array>() {
        let deeper = deeper()?;
        return list.iter().map(|v| value(v, deeper)).collect::<Result<Vec<_>, _>>().map(Value::Array);
    }
    if let Some(map) = given.read_lock::<Map>() {
        let deeper = deeper()?;
        let entries = map.iter().map(|(name, v)| Ok((name.to_string(), value(v, deeper)?)));
        return entries.collect::<Result<serde_json::Map<_, _>, Wrong>>().map(Value::Object);
    }
    Err(Wrong::new(format!("a patch can't hold {}", named(&given))))
}
