//! The functions of Terraform 1.11, all of which are here: how many arguments each takes.

/// A function of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// How many arguments it needs.
    pub least: usize,
    /// How many it takes at most; any number if none.
    pub most: Option<usize>,
    /// Which arguments may be null, by position; the highest bit stands for all behind those that it needs.
    pub nulls: u8,
    /// What there is to know about it.
    pub note: &'static str,
}

const fn here(
    name: &'static str,
    least: usize,
    most: Option<usize>,
    nulls: u8,
    note: &'static str,
) -> Function {
    Function {
        name,
        least,
        most,
        nulls,
        note,
    }
}

/// All of them, by name. The numbers are those of `terraform metadata functions -json`.
pub const FUNCTIONS: &[Function] = &[
    here("abs", 1, Some(1), 0x00, ""),
    here("abspath", 1, Some(1), 0x00, ""),
    here("alltrue", 1, Some(1), 0x00, ""),
    here("anytrue", 1, Some(1), 0x00, ""),
    here("base64decode", 1, Some(1), 0x00, ""),
    here("base64encode", 1, Some(1), 0x00, ""),
    here("base64gzip", 1, Some(1), 0x00, ""),
    here("base64sha256", 1, Some(1), 0x00, ""),
    here("base64sha512", 1, Some(1), 0x00, ""),
    here("basename", 1, Some(1), 0x00, ""),
    here("bcrypt", 1, Some(2), 0x00, "another at every call"),
    here("can", 1, Some(1), 0x00, ""),
    here("ceil", 1, Some(1), 0x00, ""),
    here("chomp", 1, Some(1), 0x00, ""),
    here("chunklist", 2, Some(2), 0x00, ""),
    here("cidrhost", 2, Some(2), 0x00, ""),
    here("cidrnetmask", 1, Some(1), 0x00, ""),
    here("cidrsubnet", 3, Some(3), 0x00, ""),
    here("cidrsubnets", 1, None, 0x00, ""),
    here("coalesce", 0, None, 0x80, ""),
    here("coalescelist", 0, None, 0x80, ""),
    here("compact", 1, Some(1), 0x00, ""),
    here("concat", 1, None, 0x00, ""),
    here("contains", 2, Some(2), 0x00, ""),
    here("csvdecode", 1, Some(1), 0x00, ""),
    here("dirname", 1, Some(1), 0x00, ""),
    here("distinct", 1, Some(1), 0x00, ""),
    here("element", 2, Some(2), 0x00, ""),
    here("endswith", 2, Some(2), 0x00, ""),
    here("ephemeralasnull", 1, Some(1), 0x01, ""),
    here("file", 1, Some(1), 0x00, ""),
    here("filebase64", 1, Some(1), 0x00, ""),
    here("filebase64sha256", 1, Some(1), 0x00, ""),
    here("filebase64sha512", 1, Some(1), 0x00, ""),
    here("fileexists", 1, Some(1), 0x00, ""),
    here("filemd5", 1, Some(1), 0x00, ""),
    here("fileset", 2, Some(2), 0x00, ""),
    here("filesha1", 1, Some(1), 0x00, ""),
    here("filesha256", 1, Some(1), 0x00, ""),
    here("filesha512", 1, Some(1), 0x00, ""),
    here("flatten", 1, Some(1), 0x00, ""),
    here("floor", 1, Some(1), 0x00, ""),
    here("format", 1, None, 0x80, ""),
    here("formatdate", 2, Some(2), 0x00, ""),
    here("formatlist", 1, None, 0x80, ""),
    here("indent", 2, Some(2), 0x00, ""),
    here("index", 2, Some(2), 0x00, ""),
    here(
        "issensitive",
        1,
        Some(1),
        0x01,
        "followed through expressions; not from a module's caller into it",
    ),
    here("join", 1, None, 0x00, ""),
    here("jsondecode", 1, Some(1), 0x00, ""),
    here("jsonencode", 1, Some(1), 0x01, ""),
    here("keys", 1, Some(1), 0x00, ""),
    here("length", 1, Some(1), 0x00, ""),
    here("log", 2, Some(2), 0x00, ""),
    here("lookup", 2, Some(3), 0x80, ""),
    here("lower", 1, Some(1), 0x00, ""),
    here("matchkeys", 3, Some(3), 0x00, ""),
    here("max", 0, None, 0x00, ""),
    here("md5", 1, Some(1), 0x00, ""),
    here("merge", 0, None, 0x80, ""),
    here("min", 0, None, 0x00, ""),
    here("nonsensitive", 1, Some(1), 0x01, ""),
    here("one", 1, Some(1), 0x00, ""),
    here("parseint", 2, Some(2), 0x00, ""),
    here("pathexpand", 1, Some(1), 0x00, ""),
    here(
        "plantimestamp",
        0,
        Some(0),
        0x00,
        "the time of the rehearsal",
    ),
    here("pow", 2, Some(2), 0x00, ""),
    here("range", 0, None, 0x00, ""),
    here("regex", 2, Some(2), 0x00, ""),
    here("regexall", 2, Some(2), 0x00, ""),
    here("replace", 3, Some(3), 0x00, ""),
    here("reverse", 1, Some(1), 0x00, ""),
    here("rsadecrypt", 2, Some(2), 0x00, ""),
    here("sensitive", 1, Some(1), 0x01, ""),
    here("setintersection", 1, None, 0x00, ""),
    here("setproduct", 0, None, 0x00, ""),
    here("setsubtract", 2, Some(2), 0x00, ""),
    here("setunion", 1, None, 0x00, ""),
    here("sha1", 1, Some(1), 0x00, ""),
    here("sha256", 1, Some(1), 0x00, ""),
    here("sha512", 1, Some(1), 0x00, ""),
    here("signum", 1, Some(1), 0x00, ""),
    here("slice", 3, Some(3), 0x00, ""),
    here("sort", 1, Some(1), 0x00, ""),
    here("split", 2, Some(2), 0x00, ""),
    here("startswith", 2, Some(2), 0x00, ""),
    here("strcontains", 2, Some(2), 0x00, ""),
    here("strrev", 1, Some(1), 0x00, ""),
    here("substr", 3, Some(3), 0x00, ""),
    here("sum", 1, Some(1), 0x00, ""),
    here("templatefile", 2, Some(2), 0x00, ""),
    here("templatestring", 2, Some(2), 0x00, ""),
    here("textdecodebase64", 2, Some(2), 0x00, ""),
    here("textencodebase64", 2, Some(2), 0x00, ""),
    here("timeadd", 2, Some(2), 0x00, ""),
    here("timecmp", 2, Some(2), 0x00, ""),
    here("timestamp", 0, Some(0), 0x00, "the time of the rehearsal"),
    here("title", 1, Some(1), 0x00, ""),
    here("tobool", 1, Some(1), 0x01, ""),
    here("tolist", 1, Some(1), 0x01, ""),
    here("tomap", 1, Some(1), 0x01, ""),
    here("tonumber", 1, Some(1), 0x01, ""),
    here("toset", 1, Some(1), 0x01, ""),
    here("tostring", 1, Some(1), 0x01, ""),
    here("transpose", 1, Some(1), 0x00, ""),
    here("trim", 2, Some(2), 0x00, ""),
    here("trimprefix", 2, Some(2), 0x00, ""),
    here("trimspace", 1, Some(1), 0x00, ""),
    here("trimsuffix", 2, Some(2), 0x00, ""),
    here("try", 0, None, 0x00, ""),
    here("upper", 1, Some(1), 0x00, ""),
    here("urlencode", 1, Some(1), 0x00, ""),
    here("uuid", 0, Some(0), 0x00, "another at every call"),
    here("uuidv5", 2, Some(2), 0x00, ""),
    here("values", 1, Some(1), 0x00, ""),
    here("yamldecode", 1, Some(1), 0x00, ""),
    here("yamlencode", 1, Some(1), 0x01, ""),
    here("zipmap", 2, Some(2), 0x00, ""),
];

/// Finds a function by its name.
pub(super) fn find(name: &str) -> Option<&'static Function> {
    let found = FUNCTIONS.binary_search_by(|f| f.name.cmp(name));
    found.ok().and_then(|i| FUNCTIONS.get(i))
}

impl Function {
    /// Holds arguments to the function's signature.
    pub(super) fn check(&self, args: &[crate::value::Value]) -> Result<(), String> {
        let name = self.name;
        if args.len() < self.least || self.most.is_some_and(|most| args.len() > most) {
            let wanted = match self.most {
                Some(most) if most == self.least => most.to_string(),
                Some(most) => format!("{} to {most}", self.least),
                None => format!("at least {}", self.least),
            };
            let count = args.len();
            return Err(format!("{name}: it takes {wanted} arguments, not {count}"));
        }
        let takes = |at: usize| {
            let bit = if at < self.least { at.min(7) } else { 7 };
            self.nulls & (1 << bit) != 0
        };
        match args
            .iter()
            .enumerate()
            .find(|(at, v)| v.is_null() && !takes(*at))
        {
            Some((at, _)) => Err(format!("{name}: argument {} must not be null", at + 1)),
            None => Ok(()),
        }
    }
}
