package buckets

import (
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/bucketseal/bucketseal/mock/s3"
	"github.com/bucketseal/bucketseal/mock/wire"
)

const notificationConfig = "notification"

// notificationDocument is kept and told again; nobody is notified.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
type notificationDocument struct {
	XMLName     xml.Name           `xml:"NotificationConfiguration"`
	Xmlns       string             `xml:"xmlns,attr,omitempty"`
	Topics      []notificationRule `xml:"TopicConfiguration"`
	Queues      []notificationRule `xml:"QueueConfiguration"`
	Functions   []notificationRule `xml:"CloudFunctionConfiguration"`
	EventBridge *struct{}          `xml:"EventBridgeConfiguration,omitempty"`
}

type notificationRule struct {
	ID            string   `xml:"Id"`
	Topic         string   `xml:",omitempty"`
	Queue         string   `xml:",omitempty"`
	CloudFunction string   `xml:",omitempty"`
	Events        []string `xml:"Event"`
	Filter        *struct {
		Key struct {
			Rules []struct{ Name, Value string } `xml:"FilterRule"`
		} `xml:"S3Key"`
	} `xml:",omitempty"`
}

func (n *notificationRule) check(arn, service string) error {
	switch {
	case !strings.HasPrefix(arn, "arn:aws:"+service+":"):
		return s3.BadArgument("The ARN could not be parsed", "Arn", arn)
	case len(n.Events) == 0:
		return s3.MalformedXML()
	}
	for _, event := range n.Events {
		if !strings.HasPrefix(event, "s3:") {
			return s3.BadArgument("The event '"+event+"' is not supported for notifications", "Event", event)
		}
	}
	if n.Filter != nil {
		for _, rule := range n.Filter.Key.Rules {
			if !strings.EqualFold(rule.Name, "prefix") && !strings.EqualFold(rule.Name, "suffix") {
				return s3.BadArgument("filter rule name must be either prefix or suffix", "FilterRule.Name", rule.Name)
			}
		}
	}
	if n.ID == "" {
		n.ID = wire.RandomHex(16)
	}
	return nil
}

func (s *Service) putBucketNotification(_ http.ResponseWriter, r *wire.Request) error {
	var doc notificationDocument
	if err := wire.ReadXML(r, &doc); err != nil {
		return err
	}
	for i := range doc.Topics {
		if err := doc.Topics[i].check(doc.Topics[i].Topic, "sns"); err != nil {
			return err
		}
	}
	for i := range doc.Queues {
		if err := doc.Queues[i].check(doc.Queues[i].Queue, "sqs"); err != nil {
			return err
		}
	}
	for i := range doc.Functions {
		if err := doc.Functions[i].check(doc.Functions[i].CloudFunction, "lambda"); err != nil {
			return err
		}
	}
	doc.Xmlns = s3.Namespace
	return s.keepDocument(r, notificationConfig, doc)
}

func (s *Service) getBucketNotification(w http.ResponseWriter, r *wire.Request) error {
	return s.storedOrEmpty(w, r, notificationConfig, notificationDocument{Xmlns: s3.Namespace})
}
