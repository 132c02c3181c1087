package Wonted::Metrics;
# The text format of Prometheus, version 0.0.4, read strictly: dies of anything that a server would
# refuse, warn of, or misread.
use strict; use warnings;

my $name = qr/[a-zA-Z_:][a-zA-Z0-9_:]*/;
my $label = qr/[a-zA-Z_][a-zA-Z0-9_]*/;
my $number = qr/[0-9]+(?:\.[0-9]+)?/;

# family_of - the metric that a sample belongs to
sub family_of {
	my ($type, $sample) = @_;
	return $sample if exists $type->{$sample};
	return $1 if $sample =~ /^(.*)_(?:bucket|sum|count)$/ && ($type->{$1} // '') eq 'histogram';
	die "sample $sample has no TYPE\n";
}

sub labels_of {
	my ($text) = @_;
	my %labels;
	while ($text =~ /\G($label)="((?:[^"\\\n]|\\[\\"n])*)"(?:,(?=.)|$)/gc) {
		die "label $1 twice in {$text}\n" if exists $labels{$1};
		$labels{$1} = $2;
	}
	die "labels {$text}\n" unless (pos($text) // 0) == length $text && length $text;
	return \%labels;
}

# buckets grow, end with +Inf, and that is the count
sub check_histogram {
	my ($self, $family) = @_;
	my %series;
	for my $s (grep { $_->{name} eq "${family}_bucket" } @{ $self->{samples} }) {
		my %rest = %{ $s->{labels} };
		my $le = delete $rest{le} // die "$family: a bucket without le\n";
		push @{ $series{ join ',', map { "$_=$rest{$_}" } sort keys %rest } }, [$le, $s->{value}, \%rest];
	}
	for my $key (keys %series) {
		my @b = @{ $series{$key} };
		for my $i (1 .. $#b) {
			die "$family\{$key}: le $b[$i - 1][0] before $b[$i][0]\n" unless $b[$i][0] eq '+Inf' || $b[$i][0] > $b[$i - 1][0];
			die "$family\{$key}: buckets shrink at $b[$i][0]\n" if $b[$i][1] < $b[$i - 1][1];
		}
		die "$family\{$key}: no +Inf\n" unless $b[-1][0] eq '+Inf';
		die "$family\{$key}: count is not +Inf\n" unless $self->value("${family}_count", %{ $b[-1][2] }) == $b[-1][1];
		defined $self->value("${family}_sum", %{ $b[-1][2] }) or die "$family\{$key}: no sum\n";
	}
}

# parse - an object of what stands in a text; dies with the line of what is wrong
sub parse {
	my ($text) = @_;
	my $self = bless { samples => [], type => {}, help => {} }, __PACKAGE__;
	my ($current, %over, %seen) = ('');
	die "no newline at the end\n" unless $text =~ /\n\z/;
	for my $line (split /\n/, $text) {
		if ($line =~ /^# HELP ($name) (\S.*)$/) {
			my ($metric, $help) = ($1, $2);
			die "HELP $metric twice\n" if $self->{help}{$metric}++;
			die "HELP $metric: a \\ that escapes nothing\n" if $help =~ /(?<!\\)(?:\\\\)*\\(?![\\n])/;
			$over{$current} = 1;
			$current = $metric;
		} elsif ($line =~ /^# TYPE ($name) (counter|gauge|histogram)$/) {
			my ($metric, $type) = ($1, $2);
			die "TYPE $metric twice\n" if $self->{type}{$metric};
			die "TYPE $metric is not behind its HELP\n" unless $current eq $metric;
			die "counter $metric does not end with _total\n" if $type eq 'counter' && $metric !~ /_total$/;
			$self->{type}{$metric} = $type;
		} elsif ($line =~ /^($name)(?:\{(.*)\})? ($number)$/) {
			my ($sample, $text, $value) = ($1, $2, $3);
			my $labels = defined $text ? labels_of($text) : {};
			my $family = family_of($self->{type}, $sample);
			die "$sample apart from its metric\n" if $family ne $current || $over{$family};
			my $key = join ',', $sample, map { "$_=$labels->{$_}" } sort keys %$labels;
			die "$key twice\n" if $seen{$key}++;
			push @{ $self->{samples} }, { name => $sample, labels => $labels, value => $value };
		} else {
			die "not understood: $line\n";
		}
	}
	$self->check_histogram($_) for grep { $self->{type}{$_} eq 'histogram' } keys %{ $self->{type} };
	return $self;
}

# value - of the sample with exactly these labels; undef: there is none
sub value {
	my ($self, $name, %labels) = @_;
	my $want = join ',', map { "$_=$labels{$_}" } sort keys %labels;
	for my $s (@{ $self->{samples} }) {
		return $s->{value} if $s->{name} eq $name && join(',', map { "$_=$s->{labels}{$_}" } sort keys %{ $s->{labels} }) eq $want;
	}
	return undef;
}

# text - the value of a label of a metric's only sample
sub text {
	my ($self, $name, $label) = @_;
	my ($s) = grep { $_->{name} eq $name } @{ $self->{samples} };
	return $s && $s->{labels}{$label};
}

# names - of all metrics
sub names { return sort keys %{ $_[0]{type} } }

# labels_of_metric - the names of labels that a metric has, whatever their values
sub labels_of_metric {
	my ($self, $metric) = @_;
	my %all = map { $_ => 1 } map { keys %{ $_->{labels} } } grep { $_->{name} =~ /^\Q$metric\E(?:_bucket|_sum|_count)?$/ } @{ $self->{samples} };
	return sort keys %all;
}

1;
