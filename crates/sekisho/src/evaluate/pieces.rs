//! A list of cases of which one is no JSON: taken apart by its brackets, so that the others can be read.

/// The elements of `text`, a list, or of its member `cases`, where it is an object. None where there is no list.
pub(super) fn list(text: &str) -> Option<Vec<&str>> {
    let bytes = text.as_bytes();
    let inside = match bytes.first()? {
        b'[' => 1,
        _ => {
            let name = text.find("\"cases\"")? + "\"cases\"".len();
            let rest = text.get(name..)?;
            let list = rest.trim_start().strip_prefix(':')?.trim_start();
            text.len() - list.strip_prefix('[')?.len()
        }
    };
    let mut items = Vec::new();
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut start = inside;
    for (at, byte) in bytes.iter().enumerate().skip(inside) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => depth += 1,
            b']' if depth == 0 => {
                items.extend(text.get(start..at));
                return Some(trimmed(items));
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                items.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    // It breaks off: what is left is the last.
    items.extend(text.get(start..));
    Some(trimmed(items))
}

fn trimmed(items: Vec<&str>) -> Vec<&str> {
    let items = items.into_iter().map(str::trim);
    items.filter(|item| !item.is_empty()).collect()
}
