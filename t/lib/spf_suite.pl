#!/usr/bin/perl
# Prints an RFC 7208 test suite (YAML) as lines for t/10-unit/auth/spf_conformance_test.c:
#   S description                                    a scenario begins
#   Z a line of a zone file
#   T name, host, helo, mailfrom, result[,result]    tab-separated, backslashes as in C
use strict; use warnings;
use YAML::XS;
binmode STDOUT;

sub bytes { my $s = shift // ''; utf8::encode($s) if utf8::is_utf8($s); $s }
sub escape { my $s = bytes(shift); $s =~ s/([^!-\[\]-~ ])/sprintf '\\%03o', ord $1/ge; $s }
sub word { my $s = bytes(shift); $s =~ s/([^A-Za-z0-9._-])/sprintf '\\%03d', ord $1/ge; $s }
sub name { (my $s = shift) =~ s/\.$//; word($s) . '.' }
sub quoted { join ' ', map { my $s = bytes($_); $s =~ s/([^ !#-:<-\[\]-~])/sprintf '\\%03d', ord $1/ge; qq("$s") } @_ }

sub zone_lines {
	my ($owner, $records) = @_;
	my $has_txt = grep { ref $_ && exists $_->{TXT} } @$records;
	my @lines = ("$owner DELAY 0");
	for my $r (@$records) {
		if (!ref $r) { push @lines, "$owner SERVFAIL"; next }
		my ($type, $value) = %$r;
		if (!ref $value && bytes($value) eq 'TIMEOUT') { push @lines, "$owner SERVFAIL $type"; next }
		if ($type eq 'TXT' || $type eq 'SPF') {
			next if !ref $value && bytes($value) eq 'NONE';
			my $text = quoted(ref $value ? @$value : $value) || q("");
			push @lines, "$owner $type $text";
			push @lines, "$owner TXT $text" if $type eq 'SPF' && !$has_txt;
		} elsif ($type eq 'MX') {
			push @lines, "$owner MX $value->[0] " . name($value->[1]);
		} elsif ($type eq 'PTR' || $type eq 'CNAME') {
			push @lines, "$owner $type " . name($value);
		} else {
			push @lines, "$owner $type $value";
		}
	}
	return @lines;
}

open my $in, '<:raw', $ARGV[0] or die "$ARGV[0]: $!\n";
my $yaml = do { local $/; <$in> };
for my $scenario (YAML::XS::Load($yaml)) {
	next unless $scenario;
	(my $what = bytes($scenario->{description})) =~ s/\s+/ /g;
	print "S\t$what\n";
	my $zone = $scenario->{zonedata};
	for my $owner (sort keys %$zone) {
		print "Z\t$_\n" for zone_lines(name($owner), $zone->{$owner});
	}
	for my $test (sort keys %{ $scenario->{tests} }) {
		my $t = $scenario->{tests}{$test};
		my $want = ref $t->{result} ? join(',', @{ $t->{result} }) : $t->{result};
		print join("\t", 'T', escape($test), map { escape($t->{$_}) } qw(host helo mailfrom)), "\t$want\n";
	}
}
