#!/usr/bin/perl
# Inside of a module, too, who asks knows who answers, and not the other way round: no file asks for a
# function or table of another that comes back to it by way of the module's files. What must come back
# is handed over as a function.
use strict; use warnings;
my (%there, %defined, %used, %asks, @bad);
for (`find build/debug/milter -name '*.o' -print0 | xargs -0 nm -A`) {
	my ($src, $kind, $name) = m{^build/debug/milter/([^:]*)\.o:.*\s([A-Za-z])\s(\w+)$} or next;
	next unless $there{$src} //= -f "milter/$src.c";
	$defined{$name} = $src if $kind =~ /[TDBRV]/;
	$used{$src}{$name} = 1 if $kind eq 'U';
}
sub module { $_[0] =~ m{^(\w+)/} ? $1 : 'pipeline' }
for my $src (keys %used) {
	for my $name (sort keys %{ $used{$src} }) {
		my $to = $defined{$name} // next;
		$asks{$src}{$to} //= $name if $to ne $src && module($to) eq module($src);
	}
}
# a file is taken away when all it asks is gone; what stays stands in a circle, or asks one
my %left = map { $_ => 1 } keys %there;
while (my @free = grep { my $f = $_; !grep { $left{$_} } keys %{ $asks{$f} } } keys %left) {
	delete @left{@free};
}
while (my ($first) = sort keys %left) {
	my (@way, %at);
	for (my $f = $first; ; ) {
		$at{$f} = @way;
		push @way, $f;
		($f) = grep { $left{$_} } sort keys %{ $asks{$f} };
		next unless defined $at{$f};
		@way = @way[$at{$f} .. $#way];
		last;
	}
	push @bad, join ' -> ', map { "$way[$_].c asks " . $asks{$way[$_]}{$way[($_ + 1) % @way]} } 0 .. $#way;
	delete @left{@way};
	while (my @free = grep { my $f = $_; !grep { $left{$_} } keys %{ $asks{$f} } } keys %left) {
		delete @left{@free};
	}
}
print "1..1\n", @bad || !%there ? "not " : "", "ok 1 - ", scalar(grep { $there{$_} } keys %there), " files stand in no circle\n", map { "# $_\n" } @bad;
