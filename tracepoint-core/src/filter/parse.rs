//! From the text of a predicate to what it means.

use std::ops::Range;

use super::Filter;
use super::error::Problem;
use super::token::{Kind, Token, tokens};

/// A predicate.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Test(Test),
}

/// One test of one field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Test {
    /// `peer.addr`: names, and where they are.
    pub(super) path: Vec<(String, Range<usize>)>,
    /// Of its length.
    pub(super) is_len: bool,
    pub(super) is: Is,
    pub(super) at: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Is {
    True,
    Present,
    Compared(Comparison, Literal),
    StartingWith(Literal),
}

/// Which orders of field and literal pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comparison(pub(super) u8);

impl Comparison {
    pub(super) const LESS: u8 = 1;
    pub(super) const EQUAL: u8 = 2;
    pub(super) const GREATER: u8 = 4;
    /// NaN.
    pub(super) const UNORDERED: u8 = 8;

    fn of(sign: &str) -> Option<Self> {
        Some(Comparison(match sign {
            "==" => Self::EQUAL,
            "!=" => Self::LESS | Self::GREATER | Self::UNORDERED,
            "<" => Self::LESS,
            "<=" => Self::LESS | Self::EQUAL,
            ">" => Self::GREATER,
            ">=" => Self::GREATER | Self::EQUAL,
            _ => return None,
        }))
    }
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Literal {
    pub(super) value: LiteralValue,
    pub(super) at: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum LiteralValue {
    Int(i128),
    Hex(String),
    Float(f64),
    Duration(u64),
    Text(String),
    /// A truth value, or the variant of an enum.
    Word(String),
}

/// Parentheses and negations within each other.
const MAX_DEPTH: usize = 32;

pub(super) fn parse(text: &str) -> Result<Expr, Problem> {
    if text.len() > Filter::MAX_LEN {
        return Err(Problem::new(0..0, format!("the predicate is longer than {} bytes", Filter::MAX_LEN)));
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, depth: 0 };
    let expr = parser.any()?;
    match &parser.peek().kind {
        Kind::End => Ok(expr),
        _ => Err(parser.problem("'&&' or '||' was expected here")),
    }
}

struct Parser<'t> {
    /// Never empty: the last one is the end.
    tokens: &'t [Token],
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        &self.tokens[0]
    }

    fn next(&mut self) -> Token {
        let token = self.tokens[0].clone();
        if self.tokens.len() > 1 {
            self.tokens = &self.tokens[1..];
        }
        token
    }

    fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::new(self.peek().at.clone(), message)
    }

    /// Takes a sign or a word, if it comes next.
    fn takes(&mut self, what: &str) -> bool {
        let is_next = match &self.peek().kind {
            Kind::Sign(sign) => *sign == what,
            Kind::Word(word) => word == what,
            _ => false,
        };
        if is_next {
            self.next();
        }
        is_next
    }

    fn expect(&mut self, sign: &str) -> Result<(), Problem> {
        if self.takes(sign) { Ok(()) } else { Err(self.problem(format!("'{sign}' was expected here"))) }
    }

    fn any(&mut self) -> Result<Expr, Problem> {
        let mut expr = self.all()?;
        while self.takes("||") || self.takes("or") {
            expr = Expr::Or(Box::new(expr), Box::new(self.all()?));
        }
        Ok(expr)
    }

    fn all(&mut self) -> Result<Expr, Problem> {
        let mut expr = self.one()?;
        while self.takes("&&") || self.takes("and") {
            expr = Expr::And(Box::new(expr), Box::new(self.one()?));
        }
        Ok(expr)
    }

    fn one(&mut self) -> Result<Expr, Problem> {
        if self.depth == MAX_DEPTH {
            return Err(self.problem("too many parentheses and negations within each other"));
        }
        self.depth += 1;
        let expr = if self.takes("!") || self.takes("not") {
            Expr::Not(Box::new(self.one()?))
        } else if self.takes("(") {
            let expr = self.any()?;
            self.expect(")")?;
            expr
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn test(&mut self) -> Result<Expr, Problem> {
        let start = self.peek().at.start;
        let is_len = matches!(self.tokens, [word, open, ..]
            if word.kind == Kind::Word("len".to_owned()) && open.kind == Kind::Sign("("));
        if is_len {
            self.next();
            self.next();
        }
        let path = self.path()?;
        let mut end = path.last().map_or(start, |(_, at)| at.end);
        if is_len {
            end = self.peek().at.end;
            self.expect(")")?;
        }
        let test = |is| Test { path: path.clone(), is_len, is, at: start..end };
        if self.takes("in") {
            return self.membership(&test);
        }
        if self.takes("is") {
            if !self.takes("none") {
                return Err(self.problem("'none' was expected here, for a value that is missing"));
            }
            return Ok(Expr::Not(Box::new(Expr::Test(test(Is::Present)))));
        }
        if self.takes("starts_with") {
            return Ok(Expr::Test(test(Is::StartingWith(self.literal()?))));
        }
        let comparison = match &self.peek().kind {
            Kind::Sign("=") => return Err(self.problem("to compare, write '=='")),
            Kind::Sign(sign) => Comparison::of(sign),
            _ => None,
        };
        match comparison {
            Some(comparison) => {
                self.next();
                Ok(Expr::Test(test(Is::Compared(comparison, self.literal()?))))
            }
            None if is_len => Err(self.problem("a length is a number: compare it with one")),
            None => Ok(Expr::Test(test(Is::True))),
        }
    }

    /// `peer.addr`
    fn path(&mut self) -> Result<Vec<(String, Range<usize>)>, Problem> {
        let mut path = Vec::new();
        loop {
            let Token { kind: Kind::Word(name), at } = self.peek().clone() else {
                return Err(self.problem("the name of a field was expected here"));
            };
            self.next();
            path.push((name, at));
            if !self.takes(".") {
                return Ok(path);
            }
        }
    }

    /// Behind `in`: a range, or a list.
    fn membership(&mut self, test: &dyn Fn(Is) -> Test) -> Result<Expr, Problem> {
        let compared = |comparison, literal| Expr::Test(test(Is::Compared(Comparison(comparison), literal)));
        if !self.takes("[") {
            let from = self.literal()?;
            let below = match () {
                () if self.takes("..=") => Comparison::LESS | Comparison::EQUAL,
                () if self.takes("..") => Comparison::LESS,
                () => return Err(self.problem("a range was expected here, as 10..20 or 10..=20")),
            };
            let to = self.literal()?;
            let from = compared(Comparison::GREATER | Comparison::EQUAL, from);
            return Ok(Expr::And(Box::new(from), Box::new(compared(below, to))));
        }
        let mut expr = compared(Comparison::EQUAL, self.literal()?);
        while self.takes(",") {
            let other = compared(Comparison::EQUAL, self.literal()?);
            expr = Expr::Or(Box::new(expr), Box::new(other));
        }
        self.expect("]")?;
        Ok(expr)
    }

    fn literal(&mut self) -> Result<Literal, Problem> {
        let start = self.peek().at.start;
        let is_negative = self.takes("-");
        let value = match (self.peek().kind.clone(), is_negative) {
            (Kind::Int(value), false) => LiteralValue::Int(value),
            (Kind::Int(value), true) => LiteralValue::Int(-value),
            (Kind::Float(value), false) => LiteralValue::Float(value),
            (Kind::Float(value), true) => LiteralValue::Float(-value),
            (Kind::Hex(digits), false) => LiteralValue::Hex(digits),
            (Kind::Duration(nanos), false) => LiteralValue::Duration(nanos),
            (Kind::Text(text), false) => LiteralValue::Text(text),
            (Kind::Word(word), false) => LiteralValue::Word(word),
            _ => return Err(self.problem("a value is missing here")),
        };
        let token = self.next();
        Ok(Literal { value, at: start..token.at.end })
    }
}
