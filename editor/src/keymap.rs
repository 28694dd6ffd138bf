//! Commands, their names, and the keys that give them.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// Declares the commands from one table: name in the key file, name for people, keys.
macro_rules! commands {
    ($($command:ident $id:literal $title:literal [$($key:literal),*];)+) => {
        /// What can be done by a key or from the palette.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Command {
            $(#[doc = $title] $command,)+
        }

        /// All commands, with their names and their usual keys.
        pub const COMMANDS: &[Entry] = &[
            $(Entry { command: Command::$command, id: $id, title: $title, keys: &[$($key),*] },)+
        ];
    };
}

/// A command, its names and its usual keys.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The command.
    pub command: Command,
    /// Its name in the key file.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// Its usual keys.
    pub keys: &'static [&'static str],
}

commands! {
    Palette "palette" "All commands…" ["Ctrl+K", "Ctrl+Shift+P"];
    Add "add" "Add a node…" ["Tab"];
    Connect "connect" "Connect what is selected…" ["C"];
    ConnectNear "connect-near" "Connect to the nearest that fits" ["Shift+C"];
    Delete "delete" "Delete, and keep the path" ["Delete", "Backspace"];
    DeleteAll "delete-path" "Delete with all cables" ["Shift+Delete"];
    Detach "detach" "Take out of its path" ["X"];
    Replace "replace" "Replace by another kind…" ["R"];
    SavePreset "save-preset" "Keep as a preset…" ["Shift+S"];
    Preset "preset" "Set as a preset says…" ["Shift+R"];
    Rename "rename" "Rename" ["F2"];
    Bypass "bypass" "Bypass" ["B"];
    Mute "mute" "Mute" ["M"];
    Solo "solo" "Solo: hear what is selected alone" ["O"];
    Undo "undo" "Undo" ["Ctrl+Z"];
    Redo "redo" "Redo" ["Ctrl+Shift+Z", "Ctrl+Y"];
    Copy "copy" "Copy" ["Ctrl+C"];
    Cut "cut" "Cut" ["Ctrl+X"];
    Paste "paste" "Paste" ["Ctrl+V"];
    Duplicate "duplicate" "Duplicate" ["Ctrl+D"];
    SelectAll "select-all" "Select all" ["Ctrl+A"];
    Cancel "cancel" "Cancel, deselect, leave" ["Escape"];
    Open "open-node" "Edit the value; enter a sub-patch" ["Enter"];
    Leave "leave" "Leave the sub-patch" ["Shift+Enter"];
    Fold "fold" "Fold into a sub-patch" ["Ctrl+G"];
    Left "left" "Go to the node on the left" ["ArrowLeft"];
    Right "right" "Go to the node on the right" ["ArrowRight"];
    Up "up" "Go to the node above" ["ArrowUp"];
    Down "down" "Go to the node below" ["ArrowDown"];
    NextCable "next-cable" "Go to the next cable" ["W"];
    LastCable "previous-cable" "Go to the cable before" ["Shift+W"];
    NudgeLeft "nudge-left" "Move to the left" ["Alt+ArrowLeft"];
    NudgeRight "nudge-right" "Move to the right" ["Alt+ArrowRight"];
    NudgeUp "nudge-up" "Move up" ["Alt+ArrowUp"];
    NudgeDown "nudge-down" "Move down" ["Alt+ArrowDown"];
    NextValue "next-value" "Go to the next parameter" ["PageDown", "."];
    LastValue "previous-value" "Go to the parameter before" ["PageUp", ","];
    Raise "raise" "Turn the parameter up" ["+", "="];
    Lower "lower" "Turn the parameter down" ["-"];
    Halve "halve" "Halve the parameter" ["["];
    Double "double" "Double the parameter" ["]"];
    Reset "reset" "Reset the parameter" ["\\"];
    Frame "frame" "Put a frame around what is selected" ["G"];
    Unframe "unframe" "Take out of the frame" ["Shift+G"];
    Comment "comment" "Write a comment" ["N"];
    Tint "colour" "Next colour of the frame or comment" ["Shift+T"];
    NextMark "next-mark" "Go to the next frame, comment or probe" ["Shift+N"];
    NextBand "next-band" "Go to the next band of the filter" ["E"];
    AddBand "add-band" "Turn a band of the equaliser on" ["Shift+E"];
    BandLeft "band-left" "Move the band a semitone down" ["Ctrl+Shift+ArrowLeft"];
    BandRight "band-right" "Move the band a semitone up" ["Ctrl+Shift+ArrowRight"];
    BandUp "band-up" "Raise the band by half a decibel" ["Ctrl+Shift+ArrowUp"];
    BandDown "band-down" "Lower the band by half a decibel" ["Ctrl+Shift+ArrowDown"];
    Narrower "narrower" "Make the band narrower" ["Ctrl+]"];
    Wider "wider" "Make the band wider" ["Ctrl+["];
    Arrange "arrange" "Lay out by the way of the sound" ["L"];
    AlignRow "align-row" "Align in a row" ["Shift+A"];
    AlignColumn "align-column" "Align in a column" ["Alt+A"];
    SpreadRow "spread-row" "Spread evenly in a row" ["Shift+D"];
    SpreadColumn "spread-column" "Spread evenly in a column" ["Alt+D"];
    Straighten "straighten" "Straighten the cables" ["S"];
    Fit "fit" "See all" ["F"];
    FitSelection "fit-selection" "See what is selected" ["Shift+F"];
    ZoomIn "zoom-in" "Zoom in" ["Ctrl++", "Ctrl+="];
    ZoomOut "zoom-out" "Zoom out" ["Ctrl+-"];
    ZoomOne "zoom-one" "Zoom to 100 %" ["Ctrl+0"];
    Pin "pin" "Pin a probe to what comes out, or take it away" ["P"];
    Hold "hold" "Hold the pinned probes, or let them go on" ["Shift+P"];
    Earlier "earlier" "Go back through what is held" ["Shift+ArrowLeft"];
    Later "later" "Go on through what is held" ["Shift+ArrowRight"];
    Steps "schedule" "Show or hide the schedule" ["Ctrl+E"];
    NextStep "next-step" "Next step of the schedule" ["Ctrl+ArrowRight"];
    LastStep "previous-step" "Step of the schedule before" ["Ctrl+ArrowLeft"];
    OverStep "step-over" "Next step of the schedule, over a loop or out of it" ["Ctrl+PageDown"];
    BackStep "step-back-over" "Step of the schedule before, to the head of a loop" ["Ctrl+PageUp"];
    Costs "costs" "Show or hide what nodes cost" ["Shift+L"];
    Jump1 "bookmark-1" "Go to bookmark 1" ["1"];
    Jump2 "bookmark-2" "Go to bookmark 2" ["2"];
    Jump3 "bookmark-3" "Go to bookmark 3" ["3"];
    Jump4 "bookmark-4" "Go to bookmark 4" ["4"];
    Jump5 "bookmark-5" "Go to bookmark 5" ["5"];
    Jump6 "bookmark-6" "Go to bookmark 6" ["6"];
    Jump7 "bookmark-7" "Go to bookmark 7" ["7"];
    Jump8 "bookmark-8" "Go to bookmark 8" ["8"];
    Jump9 "bookmark-9" "Go to bookmark 9" ["9"];
    Set1 "set-bookmark-1" "Set bookmark 1 to what is seen" ["Alt+1"];
    Set2 "set-bookmark-2" "Set bookmark 2 to what is seen" ["Alt+2"];
    Set3 "set-bookmark-3" "Set bookmark 3 to what is seen" ["Alt+3"];
    Set4 "set-bookmark-4" "Set bookmark 4 to what is seen" ["Alt+4"];
    Set5 "set-bookmark-5" "Set bookmark 5 to what is seen" ["Alt+5"];
    Set6 "set-bookmark-6" "Set bookmark 6 to what is seen" ["Alt+6"];
    Set7 "set-bookmark-7" "Set bookmark 7 to what is seen" ["Alt+7"];
    Set8 "set-bookmark-8" "Set bookmark 8 to what is seen" ["Alt+8"];
    Set9 "set-bookmark-9" "Set bookmark 9 to what is seen" ["Alt+9"];
    Play "play" "Play or stop" ["Space"];
    Start "start" "Back to the start" ["Home"];
    Silence "silence" "Turn the sound off or on" ["Ctrl+M"];
    Louder "louder" "Louder" ["Ctrl+ArrowUp"];
    Softer "softer" "Softer" ["Ctrl+ArrowDown"];
    Unmute "unmute" "Listen again after the guard has muted" ["U"];
    New "new" "New patch" ["Ctrl+N"];
    OpenFile "open" "Open a patch…" ["Ctrl+O"];
    Recent "recent" "Open a patch that was open…" ["Ctrl+Shift+O"];
    Gallery "gallery" "Start from a patch of the gallery…" ["Ctrl+Shift+N"];
    Import "import" "Put a patch in as a sub-patch…" ["Ctrl+I"];
    Save "save" "Save" ["Ctrl+S"];
    SaveAs "save-as" "Save as…" ["Ctrl+Shift+S"];
    Revert "revert" "Go back to what the file holds" [];
    ExportMix "export" "Export the mix…" ["Ctrl+Shift+E"];
    ExportStems "export-stems" "Export the stems…" [];
    ExportHeard "export-heard" "Keep what was heard in the last five minutes…" ["Ctrl+Shift+R"];
    ExportPng "export-png" "Export a picture of the patch (PNG)…" [];
    ExportSvg "export-svg" "Export a picture of the patch (SVG)…" [];
    Record "record" "Record what is heard; end the recording" ["Ctrl+R"];
    Theme "theme" "Next theme: dark, light, high contrast" ["Ctrl+T"];
    Outline "outline" "Show or hide the outline" ["Ctrl+1"];
    CopyStep "copy-step" "Copy the last step as a line of script" [];
    CopySteps "copy-steps" "Copy all that was done as a script" [];
    History "history" "Show or hide the history" ["Ctrl+2"];
    Meters "meters" "Show or hide the meters" ["Ctrl+3"];
    LayoutPatch "layout-patching" "Layout for patching: the shelf" ["Ctrl+6"];
    LayoutMaster "layout-mastering" "Layout for mastering: the meters" ["Ctrl+7"];
    Present "present" "Presentation: everything larger, keys shown" ["Ctrl+Alt+P"];
    Larger "larger" "Everything larger" ["Ctrl+Alt++", "Ctrl+Alt+="];
    Smaller "smaller" "Everything smaller" ["Ctrl+Alt+-"];
    Remeasure "measure-anew" "Measure loudness and peaks anew" ["Ctrl+Alt+M"];
    Shelf "shelf" "Show or hide the shelf of nodes and sounds" ["Ctrl+5"];
    Favourite "favourite" "Put among the favourites of the shelf, or take away" ["Ctrl+B"];
    Listen "listen" "Listen to the sound that is chosen on the shelf; stop" ["Ctrl+P"];
    Example "example" "Put the example of the node in" [];
    Minimap "minimap" "Show or hide the map" ["Ctrl+4"];
    Still "reduced-motion" "Reduced motion" [];
    Hints "hints" "Show the hints again" ["F1"];
    Quit "quit" "Quit" ["Ctrl+Q"];
}

impl Command {
    /// Its row in the table.
    pub fn entry(self) -> &'static Entry {
        // The table is made from the same rows, in their order.
        &COMMANDS[self as usize]
    }
}

/// A key with those that are held meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Chord {
    /// Ctrl; on macOS the command key.
    pub ctrl: bool,
    /// Shift.
    pub shift: bool,
    /// Alt; on macOS the option key.
    pub alt: bool,
    /// The key: a capital letter, a sign, or a name such as `Tab`.
    pub key: String,
}

impl Chord {
    /// Reads `Ctrl+Shift+Z`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut chord = Self { ctrl: false, shift: false, alt: false, key: String::new() };
        let mut rest = text.trim();
        while let Some((held, after)) = rest.split_once('+').filter(|(_, after)| !after.is_empty()) {
            match held.to_ascii_lowercase().as_str() {
                "ctrl" | "cmd" | "command" => chord.ctrl = true,
                "shift" => chord.shift = true,
                "alt" | "option" => chord.alt = true,
                _ => return None,
            }
            rest = after;
        }
        let one = rest.chars().count() == 1;
        chord.key = if one { rest.to_uppercase() } else { rest.into() };
        (!chord.key.is_empty()).then_some(chord)
    }
}

impl TryFrom<String> for Chord {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no key; write it like Ctrl+Shift+Z"))
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.ctrl, "Ctrl+"), (self.shift, "Shift+"), (self.alt, "Alt+")] {
            f.write_str(if held { name } else { "" })?;
        }
        f.write_str(self.key.strip_prefix("Arrow").unwrap_or(&self.key))
    }
}

/// Which key gives which command.
#[derive(Clone, Debug)]
pub struct Keymap {
    keys: BTreeMap<Chord, Command>,
}

impl Default for Keymap {
    fn default() -> Self {
        let chords = COMMANDS.iter().flat_map(|e| e.keys.iter().map(|key| (Chord::parse(key), e.command)));
        Self { keys: chords.filter_map(|(chord, command)| Some((chord?, command))).collect() }
    }
}

impl Keymap {
    /// The usual keys, with those of a file: `{"add": ["Tab", "Ctrl+Space"], "fit": []}`. The text of an error says what
    /// is wrong with it.
    pub fn with_file(text: &str) -> Result<Self, String> {
        let own: BTreeMap<String, Vec<Chord>> = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let mut map = Self::default();
        for (id, chords) in own {
            let Some(entry) = COMMANDS.iter().find(|e| e.id == id) else {
                let near = signalbox_engine::node::nearest(&id, COMMANDS.iter().map(|e| e.id));
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                return Err(format!("there is no command `{id}`{near}"));
            };
            map.keys.retain(|_, command| *command != entry.command);
            map.keys.extend(chords.into_iter().map(|chord| (chord, entry.command)));
        }
        Ok(map)
    }

    /// The command of a key.
    pub fn command(&self, chord: &Chord) -> Option<Command> {
        self.keys.get(chord).copied()
    }

    /// The first key of a command, to be shown.
    pub fn key(&self, command: Command) -> Option<String> {
        let mut usual = command.entry().keys.iter().filter_map(|key| Chord::parse(key));
        let usual = usual.find(|chord| self.command(chord) == Some(command));
        let any = || self.keys.iter().find(|(_, c)| **c == command).map(|(chord, _)| chord.clone());
        usual.or_else(any).map(|chord| chord.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_its_row_and_no_key_gives_two() {
        for (k, entry) in COMMANDS.iter().enumerate() {
            assert_eq!(entry.command as usize, k);
            assert!(entry.keys.iter().all(|key| Chord::parse(key).is_some()), "{}", entry.id);
        }
        let keys: usize = COMMANDS.iter().map(|e| e.keys.len()).sum();
        assert_eq!(Keymap::default().keys.len(), keys);
    }

    #[test]
    fn keys_are_read_and_shown() {
        let chord = Chord::parse("ctrl+shift+z").expect("a key");
        assert_eq!(chord.to_string(), "Ctrl+Shift+Z");
        assert_eq!(Chord::parse("Ctrl++").map(|c| c.key), Some("+".into()));
        assert_eq!(Chord::parse("+").map(|c| c.key), Some("+".into()));
        assert_eq!(Chord::parse("Hyper+X"), None);
    }

    #[test]
    fn a_file_changes_keys_and_says_what_is_wrong_with_it() {
        let map = Keymap::with_file(r#"{"add": ["Ctrl+Space"], "fit": []}"#).expect("a key file");
        assert_eq!(map.key(Command::Add).as_deref(), Some("Ctrl+Space"));
        assert_eq!(map.command(&Chord::parse("Tab").expect("a key")), None);
        assert_eq!(map.key(Command::Fit), None);
        assert_eq!(map.key(Command::Undo).as_deref(), Some("Ctrl+Z"));
        let wrong = Keymap::with_file(r#"{"ad": ["Tab"]}"#).expect_err("no such command");
        assert!(wrong.contains("did you mean `add`?"), "{wrong}");
        assert!(Keymap::with_file(r#"{"add": ["Hyper+X"]}"#).expect_err("no key").contains("no key"));
    }
}
