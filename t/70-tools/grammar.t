#!/usr/bin/perl
# Editors colour every word of the rule language, and nothing that is none; their files are read by
# the editors' own rules (JSON; vim, where there is one).
use strict; use warnings;
use lib 't/lib';
use Test::More;
use JSON::PP;
use Wonted::Place;

my $table = Wonted::Place::read_file('milter/rule/words.def');
my @words = sort $table =~ /^RULE_WORD\(\w+, "(\w+)"\)/mg;
cmp_ok(scalar @words, '>', 50, scalar(@words) . ' words of the language');
my $parser = Wonted::Place::read_file('milter/rule/parse.c') . Wonted::Place::read_file('milter/rule/parse_rtest.c');
my %known = map { $_ => 1 } @words;
my @taken = $parser =~ /(?:take_word|parser_word)\(p, "(\w+)"\)/g;
cmp_ok(scalar @taken, '>', 20, 'the parser asks for ' . @taken);
is(join(' ', grep { !$known{$_} } sort @taken), '', 'and each of them is a word of the table');

my $vim = Wonted::Place::read_file('contrib/vim/syntax/wonted.vim');
my @vim = sort map { split ' ' } $vim =~ /^syntax keyword \w+ (.*)$/mg;
is("@vim", "@words", 'vim knows these');

my $json = Wonted::Place::read_file('contrib/vscode/syntaxes/wonted.tmLanguage.json');
my $grammar = eval { decode_json($json) };
ok($grammar, 'the grammar of VS Code is JSON') or diag $@;
my @code = sort map { split /\|/ } map { ($_->{match} // '') =~ /^\\b\(([a-z|]+)\)\\b$/ ? $1 : () } @{$grammar->{patterns}};
is("@code", "@words", 'VS Code knows these');
for my $file (qw(package.json language-configuration.json)) {
	ok(eval { decode_json(Wonted::Place::read_file("contrib/vscode/$file")) }, "contrib/vscode/$file is JSON");
}
my $pattern = (grep { ($_->{name} // '') =~ /^variable/ && $_->{match} } @{$grammar->{patterns}})[0]{match};
my @names = map { Wonted::Place::read_file($_) =~ /^\w+\(\w+, "([a-z_]+\.[a-z_.]+)"/mg } qw(milter/feature/features.def milter/lookup/facts.def);
cmp_ok(scalar @names, '>', 100, scalar(@names) . ' names with dots');
is(join(' ', grep { !/^(?:$pattern)$/ } @names), '', 'are names to it');
SKIP: {
	skip 'no vim', 1 unless grep { -x "$_/vim" } split /:/, $ENV{PATH};
	my $said = `vim -u NONE -es -c 'set rtp^=contrib/vim' -c 'source contrib/vim/syntax/wonted.vim' -c 'verbose syntax list wontedItem' -c 'qall!' 2>&1 < /dev/null`;
	unlike($said, qr/E\d+:/, 'vim reads its file');
}
done_testing;
