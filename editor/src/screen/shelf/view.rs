//! How the shelf looks.

use super::{FIELD, Item, LIST, Message, Row, has_example};
use crate::screen::{Message as Screened, Screen};
use crate::theme::{self, Colors};
use crate::widget::drag;
use crate::widget::icon::{Icon, icon};
use iced::widget::{Id, button, column, container, row, scrollable, space, text, text_input};
use iced::{Center, Element, Fill};
use signalbox_engine::node::Declaration;

fn told<'a>(words: String, color: iced::Color) -> iced::widget::Text<'a> {
    text(words).size(theme::SMALL).color(color)
}

impl Screen {
    /// The pane.
    pub(in crate::screen) fn shelf_view<'a>(&'a self, c: &'static Colors) -> Element<'a, Screened> {
        let state = &self.stand;
        let tab = |words: &'static str, sounds: bool| {
            let on = state.sounds == sounds;
            button(text(words).size(theme::SMALL).color(if on { c.text } else { c.dim }))
                .padding([3, 10])
                .style(theme::row(c, on))
                .on_press(Screened::Shelf(Message::Sounds(sounds)))
        };
        let head =
            row![told("Shelf".into(), c.dim), space().width(Fill), tab("Nodes", false), tab("Sounds", true)];
        let field = text_input("type to search", &state.typed)
            .id(Id::new(FIELD))
            .on_input(|typed| Screened::Shelf(Message::Typed(typed)))
            .on_submit(Screened::Shelf(Message::Take(None)))
            .size(theme::TEXT)
            .padding([5, 8])
            .style(theme::field(c, false));
        let rows = self.stand_rows();
        let empty = match (rows.is_empty(), state.sounds, self.folder.as_os_str().is_empty()) {
            (true, true, true) => Some("Save the patch: the sounds of its folder are found here."),
            (true, true, false) if state.typed.is_empty() => {
                Some("There are no sounds in the patch's folder.")
            }
            (true, ..) => Some("Nothing fits that."),
            _ => None,
        };
        let list = rows.into_iter().map(|r| match r {
            Row::Heading(name) => {
                container(told(name, c.dim)).padding(iced::padding::top(10).bottom(2).left(8)).into()
            }
            Row::Item(item) => self.shelf_row(item, c),
        });
        let list = column(list).padding(iced::padding::right(12));
        let list = scrollable(list).id(Id::new(LIST)).height(Fill).style(theme::scroll(c));
        let mut all = column![head.spacing(4).align_y(Center), field].spacing(8);
        if let Some(words) = empty {
            all = all.push(told(words.into(), c.dim));
        }
        all = all.push(list);
        if let Some(about) = self.about_chosen(c) {
            all = all.push(about);
        }
        all.into()
    }

    fn shelf_row<'a>(&'a self, item: Item, c: &'static Colors) -> Element<'a, Screened> {
        let group = match &item {
            Item::Kind(kind) => self.shelf.get(kind).map(|d| d.group),
            _ => None,
        };
        let tint = if group.is_some() { c.family(group) } else { c.line };
        let mark = container(space()).width(3).height(16).style(move |_| container::Style {
            background: Some(tint.into()),
            border: iced::border::rounded(1.5),
            ..container::Style::default()
        });
        let words = text(self.item_title(&item)).size(theme::TEXT).color(c.text);
        let words = container(words.wrapping(text::Wrapping::None)).width(Fill).clip(true);
        let small = |picture: Icon, color: iced::Color, message: Message| {
            button(icon(picture, color)).padding(2).style(theme::plain(c)).on_press(Screened::Shelf(message))
        };
        let side = match &item {
            Item::Kind(kind) => {
                let on = self.session.kept.favourites.iter().any(|f| f == kind);
                let (picture, color) =
                    if on { (Icon::Favourite, c.accent) } else { (Icon::NoFavourite, c.line) };
                Some(small(picture, color, Message::Favourite(item.clone())))
            }
            Item::Sound(file) => {
                let plays = self.stand.preview().is_some_and(|p| p.path() == self.folder.join(file));
                let (picture, color) = if plays { (Icon::Stop, c.accent) } else { (Icon::Play, c.dim) };
                Some(small(picture, color, Message::Listen(item.clone())))
            }
            Item::Own(_) => None,
        };
        drag::Row {
            content: row![mark, words].push(side).spacing(8).align_y(Center).into(),
            chosen: self.stand.chosen.as_ref() == Some(&item),
            press: Screened::Shelf(Message::Choose(item.clone())),
            twice: Screened::Shelf(Message::Take(Some(item.clone()))),
            drag: Screened::Shelf(Message::Drag(item)),
            colors: c,
        }
        .into()
    }

    /// What lies over the canvas while something is dragged out.
    pub(in crate::screen) fn drop_view<'a>(&'a self, c: &'static Colors) -> Option<Element<'a, Screened>> {
        let item = self.stand.dragged.as_ref()?;
        let on = Box::new(|at| Screened::Shelf(Message::Drop(at)));
        Some(drag::Drop { words: self.item_title(item), colors: c, on }.into())
    }

    /// What is told of what is chosen.
    fn about_chosen<'a>(&'a self, c: &'static Colors) -> Option<Element<'a, Screened>> {
        let item = self.stand.chosen.as_ref()?;
        let mut all = column![text(self.item_title(item)).size(theme::TEXT).color(c.text)].spacing(6);
        match item {
            Item::Kind(kind) => {
                let declaration = self.shelf.get(kind)?;
                all = all.push(told(declaration.help.into(), c.dim));
                all = all.push(example_button(declaration, c));
            }
            Item::Own(_) => all = all.push(told("A sub-patch of this patch.".into(), c.dim)),
            Item::Sound(_) => {
                all = all.push(told("Drag it out, or press Enter, for a player of it.".into(), c.dim));
            }
        }
        Some(container(all).width(Fill).padding(10).style(theme::boxed(c)).into())
    }
}

/// A button that puts the example of a kind in; nothing where it has none.
pub fn example_button<'a>(
    declaration: &'static Declaration,
    c: &'static Colors,
) -> Option<Element<'a, Screened>> {
    has_example(declaration).then(|| {
        button(text("Put its example in").size(theme::SMALL))
            .padding([4, 10])
            .style(theme::solid(c))
            .on_press(Screened::Shelf(Message::Example(declaration.name)))
            .into()
    })
}
