//! `If-Match` and its like.

use sekisho_engine::{ApiError, Cx, time};

use crate::bucket::Bucket;
use crate::object::{Content, OBJECTS, Version, row};

/// The conditions of a read.
#[derive(Default)]
pub(crate) struct Conditions<'a> {
    pub(crate) if_match: Option<&'a str>,
    pub(crate) if_none_match: Option<&'a str>,
    pub(crate) if_modified_since: Option<f64>,
    pub(crate) if_unmodified_since: Option<f64>,
}

fn matches(list: &str, etag: &str) -> bool {
    list.split(',')
        .map(|e| e.trim().trim_matches('"'))
        .any(|e| e == "*" || e == etag)
}

fn failed(condition: &str) -> ApiError {
    let message = "At least one of the pre-conditions you specified did not hold";
    ApiError::new("PreconditionFailed", message)
        .status(412)
        .field("Condition", condition)
}

/// The conditions of a write, against the newest version of the object.
pub(crate) fn of_write(
    cx: &Cx<'_>,
    bucket: &Bucket,
    key: &str,
    if_match: Option<&str>,
    if_none_match: Option<&str>,
) -> Result<(), ApiError> {
    let current = cx.get(&OBJECTS, &row(&bucket.name, key))?;
    let newest = current.as_ref().and_then(|o| o.versions.first());
    let etag = newest.and_then(|v| v.content.as_ref()).map(|c| &c.etag);
    match (if_none_match, if_match) {
        (Some(_), _) if etag.is_some() => Err(failed("If-None-Match")),
        (None, Some(wanted)) if etag.is_none_or(|e| !matches(wanted, e)) => Err(failed("If-Match")),
        _ => Ok(()),
    }
}

impl Conditions<'_> {
    /// As [`check`](Self::check), of the source of a copy: there is no answer that says "not modified".
    pub(crate) fn check_copied(
        &self,
        version: &Version,
        content: &Content,
    ) -> Result<(), ApiError> {
        self.check(version, content).map_err(|e| match e.status {
            Some(304) => failed("x-amz-copy-source-If-None-Match"),
            _ => e,
        })
    }

    pub(crate) fn check(&self, version: &Version, content: &Content) -> Result<(), ApiError> {
        let modified = time::seconds(version.modified_ms / 1000 * 1000);
        match self.if_match {
            Some(list) if !matches(list, &content.etag) => return Err(failed("If-Match")),
            None if self.if_unmodified_since.is_some_and(|at| modified > at) => {
                return Err(failed("If-Unmodified-Since"));
            }
            _ => {}
        }
        let unchanged = match self.if_none_match {
            Some(list) => matches(list, &content.etag),
            None => self.if_modified_since.is_some_and(|at| modified <= at),
        };
        if unchanged {
            return Err(ApiError::new("NotModified", "Not Modified").status(304));
        }
        Ok(())
    }
}

/// Reads `bytes=0-9`, `bytes=5-`, `bytes=-5` against `size` bytes; anything else is read as no range.
pub(crate) fn range(text: &str, size: u64) -> Result<Option<(u64, u64)>, ApiError> {
    let Some(spec) = text.strip_prefix("bytes=").filter(|s| !s.contains(',')) else {
        return Ok(None);
    };
    let Some((first, last)) = spec.split_once('-') else {
        return Ok(None);
    };
    let bounds = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => (first, last.min(size.saturating_sub(1))),
        (Ok(first), Err(_)) if last.is_empty() => (first, size.saturating_sub(1)),
        (Err(_), Ok(count)) if first.is_empty() && count > 0 => {
            (size.saturating_sub(count), size.saturating_sub(1))
        }
        _ => return Ok(None),
    };
    if bounds.0 >= size {
        let error =
            ApiError::new("InvalidRange", "The requested range is not satisfiable").status(416);
        return Err(error
            .field("RangeRequested", text)
            .field("ActualObjectSize", size.to_string()));
    }
    Ok(Some(bounds))
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn ranges() {
        assert_eq!(range("bytes=0-9", 100).unwrap(), Some((0, 9)));
        assert_eq!(range("bytes=90-", 100).unwrap(), Some((90, 99)));
        assert_eq!(range("bytes=-5", 100).unwrap(), Some((95, 99)));
        assert_eq!(range("bytes=0-999", 100).unwrap(), Some((0, 99)));
        assert_eq!(range("lines=1-2", 100).unwrap(), None);
        assert_eq!(range("bytes=9-1", 100).unwrap(), None);
        assert_eq!(range("bytes=100-", 100).unwrap_err().code, "InvalidRange");
        assert_eq!(range("bytes=0-", 0).unwrap_err().code, "InvalidRange");
    }
}
