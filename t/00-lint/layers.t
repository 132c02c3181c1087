#!/usr/bin/perl
# A module includes itself and the modules LAYERS says it knows; all of those lie lower.
# Files right under milter/ are the module "pipeline".
use strict; use warnings;
my (%layer, %knows, @crooked, @bad, $seen);
open my $f, '<', 'milter/LAYERS' or die;
while (<$f>) {
	next unless /^(\w+)\s+(\d+)\s*(.*)/;
	$layer{$1} = $2;
	$knows{$1} = { map { $_ => 1 } split ' ', $3 };
}
for my $module (sort keys %layer) {
	for (sort keys %{ $knows{$module} }) {
		push @crooked, "$module may not know $_" unless ($layer{$_} // 99) < $layer{$module};
	}
}
for my $file (split /\n/, `find milter -name '*.[ch]' -o -name '*.def'`) {
	my ($module) = $file =~ m{^milter/(?:(\w+)/)?};
	$module //= 'pipeline';
	push @bad, "$file: module $module is not in LAYERS" unless defined $layer{$module};
	open my $in, '<', $file or die;
	while (<$in>) {
		next unless m{^\s*#\s*include\s+"(?:(\w+)/)?[\w.-]+"};
		my $to = $1 // 'pipeline';
		$seen++;
		push @bad, "$file:$.: $module may not include $to"
		    unless $to eq $module || $knows{$module}{$to};
	}
}
print "1..2\n", @crooked ? "not " : "", "ok 1 - LAYERS goes down only\n", map { "# $_\n" } @crooked;
print @bad ? "not " : "", "ok 2 - $seen includes keep to it\n", map { "# $_\n" } @bad;
