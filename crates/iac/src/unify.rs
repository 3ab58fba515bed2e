//! The type that values of several types have in common, as `go-cty` chooses it: of the two ends of a conditional, and
//! of what is put into one collection.

use std::cmp::Ordering;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::value::Type;

impl Type {
    /// Whether it, or a part of it, is not known.
    pub(crate) fn is_open(&self) -> bool {
        match self {
            Self::Any => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(of) | Self::Set(of) | Self::Map(of) => of.is_open(),
            Self::Tuple(kinds) => kinds.iter().any(Self::is_open),
            Self::Object(members) => members.values().any(Self::is_open),
        }
    }
}

/// The type that values of all these types can become, if there is one. Nulls, whose type is not known, can become any.
pub(crate) fn unify(types: &[Type]) -> Option<Type> {
    let mut known = types.iter().filter(|k| **k != Type::Any);
    let Some(first) = known.next() else {
        return Some(Type::Any);
    };
    if known.clone().all(|k| k == first) {
        return Some(first.clone());
    }
    let kinds: Vec<&Type> = std::iter::once(first).chain(known).collect();
    let count = |of: fn(&Type) -> bool| kinds.iter().filter(|k| of(k)).count();
    let lists = count(|k| matches!(k, Type::List(_)));
    let sets = count(|k| matches!(k, Type::Set(_)));
    let maps = count(|k| matches!(k, Type::Map(_)));
    let tuples = count(|k| matches!(k, Type::Tuple(_)));
    let objects = count(|k| matches!(k, Type::Object(_)));
    let all = kinds.len();
    if maps == all || lists == all || sets == all {
        return collections(&kinds);
    }
    if maps > 0 && maps + objects == all {
        let open: Option<Vec<Type>> = kinds.iter().map(|k| as_collection(k)).collect();
        return open
            .and_then(|open| unify(&open))
            .or_else(|| preferred(&kinds));
    }
    if lists > 0 && lists + tuples == all {
        let open: Option<Vec<Type>> = kinds.iter().map(|k| as_collection(k)).collect();
        return open
            .and_then(|open| unify(&open))
            .or_else(|| preferred(&kinds));
    }
    if objects == all {
        return of_objects(&kinds);
    }
    if tuples == all {
        return of_tuples(&kinds);
    }
    if objects > 0 && tuples > 0 {
        return None;
    }
    // Beside a null everything stays what it is.
    let open = || (all < types.len()).then_some(Type::Any);
    preferred(&kinds).or_else(open)
}

/// Whether values of these types, one behind the other, become no list although each could be of `of`: Terraform makes none of
/// structures beside nulls of no type.
pub(crate) fn is_uneven(kinds: &[Type], of: &Type) -> bool {
    let plain = matches!(of, Type::Any | Type::String | Type::Number | Type::Bool);
    let nulls = kinds.iter().filter(|k| **k == Type::Any).count();
    !plain && nulls > 0 && nulls < kinds.len()
}

/// Lists of lists, sets of sets, maps of maps.
fn collections(kinds: &[&Type]) -> Option<Type> {
    let inner = |k: &&Type| match k {
        Type::List(of) | Type::Set(of) | Type::Map(of) => Some((**of).clone()),
        _ => None,
    };
    let inner: Vec<Type> = kinds.iter().map(inner).collect::<Option<_>>()?;
    let of = Arc::new(unify(&inner)?);
    Some(match kinds.first()? {
        Type::Set(_) => Type::Set(of),
        Type::Map(_) => Type::Map(of),
        _ => Type::List(of),
    })
}

/// A tuple as a list, and an object as a map; a collection as it is.
fn as_collection(kind: &Type) -> Option<Type> {
    match kind {
        Type::Tuple(kinds) => Some(Type::List(Arc::new(unify(kinds)?))),
        Type::Object(members) => {
            let kinds: Vec<Type> = members.values().cloned().collect();
            Some(Type::Map(Arc::new(unify(&kinds)?)))
        }
        other => Some(other.clone()),
    }
}

fn of_objects(kinds: &[&Type]) -> Option<Type> {
    let members: Vec<&BTreeMap<String, Type>> = kinds
        .iter()
        .filter_map(|k| match k {
            Type::Object(members) => Some(members),
            _ => None,
        })
        .collect();
    let (first, rest) = members.split_first()?;
    if rest.iter().all(|m| m.keys().eq(first.keys())) {
        let each = |name: &String| {
            let across: Vec<Type> = members
                .iter()
                .filter_map(|m| m.get(name).cloned())
                .collect();
            Some((name.clone(), unify(&across)?))
        };
        return Some(Type::Object(first.keys().map(each).collect::<Option<_>>()?));
    }
    let values: Vec<Type> = members.iter().flat_map(|m| m.values().cloned()).collect();
    Some(Type::Map(Arc::new(unify(&values)?)))
}

fn of_tuples(kinds: &[&Type]) -> Option<Type> {
    let tuples: Vec<&Vec<Type>> = kinds
        .iter()
        .filter_map(|k| match k {
            Type::Tuple(kinds) => Some(kinds),
            _ => None,
        })
        .collect();
    let (first, rest) = tuples.split_first()?;
    if rest.iter().all(|t| t.len() == first.len()) {
        let each = |index: usize| {
            let across: Vec<Type> = tuples
                .iter()
                .filter_map(|t| t.get(index).cloned())
                .collect();
            unify(&across)
        };
        return Some(Type::Tuple(
            (0..first.len()).map(each).collect::<Option<_>>()?,
        ));
    }
    let all: Vec<Type> = tuples.iter().flat_map(|t| t.iter().cloned()).collect();
    let of = unify(&all)?;
    let even = !tuples.iter().any(|kinds| is_uneven(kinds, &of));
    even.then(|| Type::List(Arc::new(of)))
}

/// The first of the types, the more general first, that all others can become.
fn preferred(kinds: &[&Type]) -> Option<Type> {
    let order = by_generality(kinds);
    let wanted = order
        .into_iter()
        .filter_map(|index| kinds.get(index).copied());
    let mut wanted = wanted.filter(|to| kinds.iter().all(|from| becomes(from, to)));
    wanted.next().cloned()
}

/// Whether values of a type may become values of another. Whether a text is a number is seen later.
pub(crate) fn becomes(from: &Type, to: &Type) -> bool {
    match (from, to) {
        _ if from == to => true,
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::Number | Type::Bool, Type::String) => true,
        (Type::String, Type::Number | Type::Bool) => true,
        (Type::List(a) | Type::Set(a), Type::List(b) | Type::Set(b)) => becomes(a, b),
        (Type::Map(a), Type::Map(b)) => becomes(a, b),
        (Type::Tuple(kinds), Type::List(of) | Type::Set(of)) => match **of {
            Type::Any => unify(kinds).is_some(),
            _ => kinds.iter().all(|k| becomes(k, of)),
        },
        (Type::Object(members), Type::Map(of)) => match **of {
            Type::Any => {
                let kinds: Vec<Type> = members.values().cloned().collect();
                unify(&kinds).is_some()
            }
            _ => members.values().all(|k| becomes(k, of)),
        },
        (Type::Map(of), Type::Object(members)) => members.values().all(|k| becomes(of, k)),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| becomes(a, b))
        }
        (Type::Object(a), Type::Object(b)) => b
            .iter()
            .all(|(name, to)| a.get(name).is_some_and(|from| becomes(from, to))),
        _ => false,
    }
}

/// Less, where the first is the more general.
fn compare(a: &Type, b: &Type) -> Ordering {
    let of_pairs = |pairs: &mut dyn Iterator<Item = Ordering>| {
        let all: Vec<Ordering> = pairs.collect();
        match (
            all.contains(&Ordering::Less),
            all.contains(&Ordering::Greater),
        ) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            _ => Ordering::Equal,
        }
    };
    match (a, b) {
        (Type::Any, Type::Any) | (Type::String, Type::String) => Ordering::Equal,
        (Type::Any, _) => Ordering::Less,
        (_, Type::Any) => Ordering::Greater,
        (Type::String, Type::Number | Type::Bool) => Ordering::Less,
        (Type::Number | Type::Bool, Type::String) => Ordering::Greater,
        (Type::List(a), Type::List(b)) | (Type::Set(a), Type::Set(b)) => compare(a, b),
        (Type::Map(a), Type::Map(b)) => compare(a, b),
        (Type::Tuple(_) | Type::List(_), Type::Set(_)) => Ordering::Less,
        (Type::Set(_), Type::Tuple(_) | Type::List(_)) => Ordering::Greater,
        (Type::List(_), Type::Tuple(_)) | (Type::Map(_), Type::Object(_)) => Ordering::Less,
        (Type::Tuple(_), Type::List(_)) | (Type::Object(_), Type::Map(_)) => Ordering::Greater,
        (Type::Object(a), Type::Object(b)) if a.keys().eq(b.keys()) => {
            of_pairs(&mut a.values().zip(b.values()).map(|(a, b)| compare(a, b)))
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            of_pairs(&mut a.iter().zip(b).map(|(a, b)| compare(a, b)))
        }
        _ => Ordering::Equal,
    }
}

/// Indices, so that the more general type comes first; what does not compare stays as it is.
fn by_generality(kinds: &[&Type]) -> Vec<usize> {
    let before = |i: usize, j: usize| match (kinds.get(i), kinds.get(j)) {
        (Some(a), Some(b)) => compare(a, b) == Ordering::Less,
        _ => false,
    };
    let all = 0..kinds.len();
    let mut waits: Vec<usize> = all
        .clone()
        .map(|j| all.clone().filter(|i| before(*i, j)).count())
        .collect();
    let mut queue: VecDeque<usize> = all.clone().filter(|i| waits.get(*i) == Some(&0)).collect();
    let mut out = Vec::new();
    while let Some(i) = queue.pop_front() {
        out.push(i);
        for j in all.clone().filter(|j| before(i, *j)) {
            if let Some(count) = waits.get_mut(j) {
                *count -= 1;
                if *count == 0 {
                    queue.push_back(j);
                }
            }
        }
    }
    out
}
