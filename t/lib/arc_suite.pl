#!/usr/bin/perl
# Prints the validation tests of the ARC test suite (YAML) as lines for
# t/10-unit/auth/arc_conformance_test.c:
#   S                                  a scenario begins
#   Z a line of a zone file
#   T name, result in lower case, message; tab-separated, backslashes as in C
use strict; use warnings;
use YAML::XS;
binmode STDOUT;

sub bytes { my $s = shift // ''; utf8::encode($s) if utf8::is_utf8($s); $s }
sub escape { my $s = bytes(shift); $s =~ s/([^!-\[\]-~ ])/sprintf '\\%03o', ord $1/ge; $s }
sub quoted { my $s = bytes(shift); $s =~ s/([^ !#-:<-\[\]-~])/sprintf '\\%03d', ord $1/ge; join ' ', map { qq("$_") } $s =~ /(.{1,200})/g }

open my $in, '<:raw', $ARGV[0] or die "$ARGV[0]: $!\n";
my $yaml = do { local $/; <$in> };
for my $scenario (YAML::XS::Load($yaml)) {
	next unless $scenario;
	print "S\n";
	my $records = $scenario->{'txt-records'} // $scenario->{txt_records} // {};
	print "Z\t$_. TXT ", quoted($records->{$_}), "\n" for sort keys %$records;
	for my $name (sort keys %{ $scenario->{tests} }) {
		my $t = $scenario->{tests}{$name};
		print join("\t", 'T', escape($name), lc($t->{cv} // ''), escape($t->{message})), "\n";
	}
}
