package main

import (
	"fmt"
	"regexp"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// What Debian's unit allows, too: drain_timeout, and what the gateway allows itself beyond.
const drainSeconds = 25 + 50

var drainDelay = regexp.MustCompile(`drain_delay \{ seconds: (\d+) \}`)
var listens = regexp.MustCompile(`listen: "[^"]*:(\d+)"`)

func (c *cluster) faults() []string {
	var faults []string
	say := func(format string, arguments ...any) { faults = append(faults, fmt.Sprintf(format, arguments...)) }
	if len(c.deployments) == 0 || len(c.policies) == 0 {
		say("there is no deployment, or no policy")
	}
	for _, deployment := range c.deployments {
		c.deploymentFaults(deployment, say)
	}
	for _, service := range c.services {
		c.place(service.ObjectMeta, say)
		chosen := c.chosen(labels.SelectorFromSet(service.Spec.Selector))
		if len(chosen) != 1 {
			say("service %s leads to %d deployments", service.Name, len(chosen))
			continue
		}
		for _, port := range service.Spec.Ports {
			if !hasPort(chosen[0], port.TargetPort) {
				say("service %s leads to no port %s", service.Name, port.TargetPort.String())
			}
		}
	}
	for _, policy := range c.policies {
		c.place(policy.ObjectMeta, say)
		chosen := c.chosen(selector(&policy.Spec.PodSelector))
		if len(chosen) == 0 {
			say("policy %s is about nobody", policy.Name)
		}
		for _, from := range policy.Spec.Ingress {
			for _, port := range from.Ports {
				if !hasPort(chosen[0], *port.Port) {
					say("policy %s opens no port: %s", policy.Name, port.Port.String())
				}
			}
		}
	}
	return faults
}

func (c *cluster) deploymentFaults(deployment appsv1.Deployment, say func(string, ...any)) {
	c.place(deployment.ObjectMeta, say)
	name, pod := deployment.Name, deployment.Spec.Template.Spec
	if !selector(deployment.Spec.Selector).Matches(labels.Set(deployment.Spec.Template.Labels)) {
		say("%s does not choose its own pods", name)
	}
	budgets := 0
	for _, budget := range c.budgets {
		if selector(budget.Spec.Selector).Matches(labels.Set(deployment.Spec.Template.Labels)) {
			budgets++
		}
	}
	if budgets != 1 || *deployment.Spec.Replicas < 2 {
		say("%s has %d disruption budgets, and %d pods", name, budgets, *deployment.Spec.Replicas)
	}
	config := c.configs[name].Data["config.textproto"]
	delay := drainDelay.FindStringSubmatch(config)
	if delay == nil {
		say("%s has no drain_delay", name)
		return
	}
	if seconds, _ := strconv.ParseInt(delay[1], 10, 64); *pod.TerminationGracePeriodSeconds < seconds+drainSeconds {
		say("%s is killed before its drain may end", name)
	}
	container := pod.Containers[0]
	for _, port := range listens.FindAllStringSubmatch(config, -1) {
		number, _ := strconv.Atoi(port[1])
		if !hasPort(deployment, intstr.FromInt(number)) {
			say("%s listens on %d, which its pod does not name", name, number)
		}
	}
	if len(probesOf(container)) != 3 {
		say("%s has %d probes", name, len(probesOf(container)))
	}
	for _, probe := range probesOf(container) {
		if !hasPort(deployment, probe.HTTPGet.Port) {
			say("%s is probed at no port: %s", name, probe.HTTPGet.Port.String())
		}
	}
	rights(name, pod, say)
	c.volumes(name, pod, say)
}

// rights: as the namespace demands it (pod security: restricted), and a root that cannot be written.
func rights(name string, pod corev1.PodSpec, say func(string, ...any)) {
	of, may := pod.SecurityContext, pod.Containers[0].SecurityContext
	if !*of.RunAsNonRoot || of.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault ||
		*may.AllowPrivilegeEscalation || !*may.ReadOnlyRootFilesystem ||
		len(may.Capabilities.Drop) != 1 || may.Capabilities.Drop[0] != "ALL" || *pod.AutomountServiceAccountToken {
		say("%s may too much", name)
	}
	if pod.Containers[0].Resources.Limits.Memory().IsZero() {
		say("%s has no limit of memory", name)
	}
}

func (c *cluster) volumes(name string, pod corev1.PodSpec, say func(string, ...any)) {
	is := map[string]bool{}
	for _, volume := range pod.Volumes {
		is[volume.Name] = true
		if secret := volume.Secret; secret != nil && *secret.DefaultMode != 0o440 {
			say("%s: the secret %s has mode %o", name, secret.SecretName, *secret.DefaultMode)
		}
		if volume.ConfigMap != nil && c.configs[volume.ConfigMap.Name].Data == nil {
			say("%s: there is no ConfigMap %s", name, volume.ConfigMap.Name)
		}
	}
	for _, mount := range pod.Containers[0].VolumeMounts {
		if !is[mount.Name] || !mount.ReadOnly {
			say("%s: %s is no volume, or can be written", name, mount.Name)
		}
	}
}

func (c *cluster) place(object metav1.ObjectMeta, say func(string, ...any)) {
	if !c.namespaces[object.Namespace] {
		say("%s is in no namespace of ours", object.Name)
	}
}

func (c *cluster) chosen(by labels.Selector) []appsv1.Deployment {
	var chosen []appsv1.Deployment
	for _, deployment := range c.deployments {
		if by.Matches(labels.Set(deployment.Spec.Template.Labels)) {
			chosen = append(chosen, deployment)
		}
	}
	return chosen
}

func selector(of *metav1.LabelSelector) labels.Selector {
	made, err := metav1.LabelSelectorAsSelector(of)
	if err != nil {
		return labels.Nothing()
	}
	return made
}

func hasPort(deployment appsv1.Deployment, port intstr.IntOrString) bool {
	for _, has := range deployment.Spec.Template.Spec.Containers[0].Ports {
		if port.StrVal == has.Name && port.Type == intstr.String ||
			port.Type == intstr.Int && port.IntVal == has.ContainerPort {
			return true
		}
	}
	return false
}

func probesOf(container corev1.Container) []*corev1.Probe {
	var probes []*corev1.Probe
	for _, probe := range []*corev1.Probe{container.StartupProbe, container.LivenessProbe, container.ReadinessProbe} {
		if probe != nil && probe.HTTPGet != nil {
			probes = append(probes, probe)
		}
	}
	return probes
}
