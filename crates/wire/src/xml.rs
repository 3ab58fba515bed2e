//! Reading and writing XML, as little of it as the protocols need.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::Malformed;

/// Elements nested deeper than this are refused.
const MAX_DEPTH: usize = 64;

#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|c| c.name == name)
    }
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

/// Reads one document into its root element. Entities beyond the five predefined ones are refused.
pub(crate) fn parse(bytes: &[u8]) -> Result<Element, Malformed> {
    let text =
        std::str::from_utf8(bytes).map_err(|_| Malformed("the XML is not UTF-8".to_owned()))?;
    let malformed = |e: &dyn std::fmt::Display| Malformed(format!("the XML is malformed: {e}"));
    let mut reader = Reader::from_str(text);
    let mut stack: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let event = reader.read_event().map_err(|e| malformed(&e))?;
        let (start, empty) = match &event {
            Event::Start(start) => (Some(start), false),
            Event::Empty(start) => (Some(start), true),
            _ => (None, false),
        };
        if let Some(start) = start {
            if stack.len() >= MAX_DEPTH || root.is_some() {
                return Err(Malformed(
                    "the XML is nested too deeply, or has more than one root".to_owned(),
                ));
            }
            let mut element = Element {
                name: local(start.name().as_ref()),
                ..Element::default()
            };
            for attribute in start.attributes() {
                let attribute = attribute.map_err(|e| malformed(&e))?;
                let raw = attribute.value.to_string();
                let value = quick_xml::escape::unescape(&raw)
                    .map_err(|e| malformed(&e))?
                    .into_owned();
                element
                    .attributes
                    .push((local(attribute.key.as_ref()), value));
            }
            stack.push(element);
        }
        let ended = matches!(event, Event::End(_));
        match event {
            Event::Text(text) => {
                if let Some(top) = stack.last_mut() {
                    top.text.push_str(&text);
                }
            }
            Event::CData(data) => {
                if let Some(top) = stack.last_mut() {
                    top.text.push_str(&data);
                }
            }
            Event::GeneralRef(reference) => {
                let name = &*reference;
                let text = quick_xml::escape::unescape(&format!("&{name};"))
                    .map_err(|e| malformed(&e))?
                    .into_owned();
                if let Some(top) = stack.last_mut() {
                    top.text.push_str(&text);
                }
            }
            Event::DocType(_) => {
                return Err(Malformed("a document type is not allowed".to_owned()));
            }
            Event::Eof => break,
            _ => {}
        }
        if empty || ended {
            close(&mut stack, &mut root);
        }
    }
    if !stack.is_empty() {
        return Err(Malformed("the XML ends too early".to_owned()));
    }
    root.ok_or_else(|| Malformed("there is no XML".to_owned()))
}

fn close(stack: &mut Vec<Element>, root: &mut Option<Element>) {
    if let Some(done) = stack.pop() {
        match stack.last_mut() {
            Some(parent) => parent.children.push(done),
            None => *root = Some(done),
        }
    }
}

/// Text with the characters escaped that XML reserves.
pub(crate) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            c if (c as u32) < 0x20 && c != '\n' && c != '\t' => {
                out.push_str(&format!("&#x{:X};", c as u32))
            }
            c => out.push(c),
        }
    }
}

/// `<name>text</name>`.
pub(crate) fn leaf(name: &str, text: &str, out: &mut String) {
    out.push_str(&format!("<{name}>"));
    escape(text, out);
    out.push_str(&format!("</{name}>"));
}
