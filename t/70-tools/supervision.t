#!/usr/bin/perl
# What contrib/ has for Prometheus and Grafana: every metric and label that it names is there, and is
# used as its type wants. promtool has the last word where it is installed.
use strict; use warnings;
use lib 't/lib';
use Test::More;
use HTTP::Tiny;
use JSON::PP ();
use YAML::XS ();
use Wonted::Daemon;
use Wonted::Metrics;
use Wonted::Milter;
use Wonted::Place;

my ($port, $learn_port, $serve_port, $data_port) = Wonted::Place::free_ports(4);
my $d = Wonted::Daemon->new(Wonted::Place->new, zone => qq(shop.example. TXT "v=spf1 ip4:192.0.2.10 -all"\n),
	rules => qq(rule has_subject\n\treason "x"\n\twhen header "Subject" exists\n\tgraymail +1\n),
	set => { metrics_socket => qq("inet:$port\@127.0.0.1"), learn_metrics_socket => qq("inet:$learn_port\@127.0.0.1"),
		serve_metrics_socket => qq("inet:$serve_port\@127.0.0.1"), serve_socket => qq("inet:$data_port\@127.0.0.1") });
$d->configure(set => { serve_store => '"lmdb-snapshot:' . $d->{place}->path('data.mdb') . '"' });
$d->start;
my $m = Wonted::Milter->new(socket => $d->socket);
$m->send(from => 'bob@shop.example', to => ['ann@example.org'], id => '4Xseen', message => "From: bob\@shop.example\nSubject: x\n\nHello.\n");
$m->quit;
$d->{place}->start('learn.log', Wonted::Daemon::build_dir() . '/wonted-learn', '-c', $d->{conf}, '-f');
$d->run('store', 'build', $d->{place}->path('data.mdb'));
$d->{place}->start('store.log', Wonted::Daemon::build_dir() . '/wonted-store', '-c', $d->{conf}, '-f');
my @all;
for my $p ($port, $learn_port, $serve_port) {
	my $r;
	Wonted::Place::wait_for(sub { ($r = HTTP::Tiny->new->get("http://127.0.0.1:$p/metrics"))->{success} });
	push @all, Wonted::Metrics::parse($r->{content});
}
my %type = map { %{ $_->{type} } } @all;
my %own = (up => 1, le => 1, instance => 1, job => 1);

sub problems_of {
	my ($expr) = @_;
	my @bad;
	push @bad, 'brackets' if (() = $expr =~ /\(/g) != (() = $expr =~ /\)/g) || $expr =~ /\{[^}]*\{/;
	my $n = () = $expr =~ /\bwonted_\w+|\bup\b/g;
	push @bad, 'names no metric' unless $n;
	while ($expr =~ /(.{0,32}?)\b(wonted_\w+)(\{[^}]*\})?(\[\w+\])?/gs) {
		my ($before, $name, $selector, $range) = ($1, $2, $3 // '', $4);
		my $metric = exists $type{$name} ? $name : $name =~ s/_(?:bucket|sum|count)$//r;
		my $type = $type{$metric};
		if (!$type) { push @bad, "there is no $name"; next }
		push @bad, "$name is a histogram: take _bucket" if $type eq 'histogram' && $name eq $metric;
		push @bad, "$name counts up: take rate() or increase()" if $type ne 'gauge' && !($range && $before =~ /(?:rate|increase)\($/);
		push @bad, "$name may fall: no rate() of it" if $type eq 'gauge' && $range;
		my %has = (%own, map { $_ => 1 } map { $_->labels_of_metric($metric) } @all);
		push @bad, "$name has no label $_" for grep { !$has{$_} } $selector =~ /(\w+)\s*=~?/g;
	}
	my %labels = (%own, map { $_ => 1 } map { my $a = $_; map { $a->labels_of_metric($_) } $a->names } @all);
	for my $by ($expr =~ /\bby \(([^)]*)\)/g) { push @bad, "no metric has a label $_" for grep { !$labels{$_} } split /,\s*/, $by }
	push @bad, 'quantile of what has no le' if $expr =~ /histogram_quantile/ && $expr !~ /by \([^)]*\ble\b[^)]*\) \(rate\(wonted_\w+_bucket/;
	return join '; ', @bad;
}

subtest 'the check itself can fail' => sub {
	isnt(problems_of($_), '', $_) for 'wonted_no_such > 1', 'wonted_messages_total > 1', 'rate(wonted_sessions_now[5m])', 'wonted_ready{color="x"} == 0',
	    'sum by (shape) (wonted_ready)', 'histogram_quantile(0.9, rate(wonted_decide_seconds_bucket[5m]))', 'wonted_decide_seconds', '1 > 0', '(wonted_ready';
	is(problems_of('wonted_ready == 0'), '', 'and pass');
};

subtest 'alerts' => sub {
	my ($group) = @{ YAML::XS::LoadFile('contrib/prometheus/alerts.yml')->{groups} };
	cmp_ok(scalar @{ $group->{rules} }, '>=', 10, 'there are some');
	for my $r (@{ $group->{rules} }) {
		is(problems_of($r->{expr}), '', "$r->{alert}: the expression");
		like($r->{annotations}{summary}, qr/\$labels\.instance/, '... says where');
		like($r->{labels}{severity}, qr/^(?:warning|critical)$/, '... and how bad it is');
	}
	my ($scrape) = @{ YAML::XS::LoadFile('contrib/prometheus/scrape.yml') };
	is($scrape->{job_name}, 'wonted', 'the job that WontedDown asks for');
};

subtest 'dashboard' => sub {
	my $board = JSON::PP::decode_json(Wonted::Place::read_file('contrib/grafana/wonted.json'));
	my @targets = map { @{ $_->{targets} } } @{ $board->{panels} };
	cmp_ok(scalar @targets, '>=', 20, 'there are some');
	is(problems_of($_->{expr} =~ s/\$instance/.*/r), '', $_->{expr}) for @targets;
	my %at;
	$at{"$_->{gridPos}{x},$_->{gridPos}{y}"}++ for @{ $board->{panels} };
	is(scalar(grep { $_ > 1 } values %at), 0, 'no panel lies over another');
};

SKIP: {
	my ($promtool) = grep { -x } map { "$_/promtool" } split(/:/, $ENV{PATH}), 'build/prometheus/usr/bin';
	skip 'promtool is not there: contrib/debian/install-packages -x build/prometheus prometheus', 1 unless $promtool;
	my $said = `$promtool check rules contrib/prometheus/alerts.yml 2>&1`;
	is($?, 0, 'promtool takes the alerts') or diag $said;
}
$d->stop;
done_testing;
